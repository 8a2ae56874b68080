# Sourced by every run.sh: puts the `coldnotch` of this checkout at hand and works in a
# scratch folder that is removed at the end. COLDNOTCH names another binary.
here=$(cd "$(dirname "$0")" && pwd -P)
cd "$here"
binary=${COLDNOTCH:-../../target/release/coldnotch}
binary=$(command -v "$binary") || {
    echo "no coldnotch yet: run 'make build' first" >&2
    exit 1
}
case $binary in /*) ;; *) binary=$here/$binary ;; esac
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
cd "$scratch"

# Nothing of the user's own setup takes part, and nothing is left beside it.
unset COLDNOTCH_AUDIT
export COLDNOTCH_CONFIG="$here/coldnotch.toml" XDG_CACHE_HOME="$scratch/cache" NO_COLOR=1

coldnotch() { "$binary" "$@"; }

# One message for one process of its own; then the exit code, if it says something.
decide() { coldnotch decide || echo "exit code $?"; }

# Compiled plugins are kept from run to run: an interpreter takes long to compile.
cached() {
    XDG_CACHE_HOME=$here/../../target/examples-cache
    mkdir -p "$XDG_CACHE_HOME"
    chmod 700 "$XDG_CACHE_HOME"
}
