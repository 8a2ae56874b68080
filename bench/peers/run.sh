#!/usr/bin/env bash
# Builds what is missing, all of it into target/, then measures the peers and prints one
# table. Arguments go to compare.py: --json FILE, --rounds N, --passes N.
#
# The first build compiles two wasmtimes: ours, with features of its own, and Extism's.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$root/target/peers
export CARGO_TARGET_DIR=$out

"$root/plugins/build.sh" plugins >&2 # the gate embeds them

build() { cargo build --quiet --locked --manifest-path "$here/Cargo.toml" "$@"; }
# One by one, so that no peer gets features another asks for.
build --release -p peer-gate
build --release -p peer-cedar
build --release -p peer-rego
{ build --release -p peer-extism &&
    build --profile plugin --target wasm32-unknown-unknown -p peer-extism-guest; } ||
    echo "Extism could not be built: measured without it" >&2

if [ ! -x "$out/venv/bin/python" ] || ! "$out/venv/bin/python" -c 'import coldnotch' 2>/dev/null; then
    python3 -m venv "$out/venv"
    "$out/venv/bin/pip" install --quiet --disable-pip-version-check coldnotch==0.0.1
fi

exec "$out/venv/bin/python" "$here/compare.py" "$@"
