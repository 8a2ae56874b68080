#!/usr/bin/env bash
# Readies the tools that packs in another language than Rust are built with, and prints
# where they are. What is not on this machine is fetched from the language's own registry,
# or from Debian, once; nothing is installed outside target/tools.
#
#   plugins/language.sh js       a folder with node_modules (componentize-js)
#   plugins/language.sh python   a virtual environment (componentize-py)
#   plugins/language.sh c        a folder with clang in it
#
# Where that cannot be done it says why and fails: what needs the tools was not checked.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
templates=$root/host/src/plugins/templates
tools=$root/target/tools

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
need() { command -v "$1" >/dev/null || die "there is no $1 on this machine"; }

# Tests run side by side: one of them readies the tools, the others wait.
language=${1:-}
mkdir -p "$tools"
if command -v flock >/dev/null; then
    exec 9>"$tools/$language.lock"
    flock 9
fi

js() {
    local home=$tools/js
    need node
    need npm
    mkdir -p "$home"
    if ! cmp -s "$templates/js/package.json" "$home/package.json.of"; then
        sed 's/{{name}}/tools/' "$templates/js/package.json" >"$home/package.json"
        (cd "$home" && npm install --no-audit --no-fund --loglevel=error >&2) ||
            die "npm cannot install componentize-js here"
        cp "$templates/js/package.json" "$home/package.json.of"
    fi
    echo "$home"
}

python() {
    local home=$tools/python
    need python3
    if ! cmp -s "$templates/python/requirements.txt" "$home/requirements.txt"; then
        rm -rf "$home"
        python3 -m venv "$home" >&2 || die "python3 cannot make a virtual environment here"
        "$home/bin/pip" install --quiet --disable-pip-version-check \
            -r "$templates/python/requirements.txt" >&2 || die "pip cannot install componentize-py here"
        cp "$templates/python/requirements.txt" "$home/requirements.txt"
    fi
    echo "$home"
}

# Debian's packages are unpacked, not installed: no root is needed.
c() {
    local home=$tools/clang found
    if [ ! -x "$home/bin/clang" ]; then
        mkdir -p "$home/bin"
        found=$(command -v clang clang-{21,20,19,18,17,16,15,14} | head -n 1 || :)
        if [ -n "$found" ]; then
            ln -sf "$found" "$home/bin/clang"
        else
            unpack_clang "$home"
        fi
    fi
    echo "$home/bin"
}

unpack_clang() {
    local home=$1 packages archive program
    need apt-get
    need dpkg-deb
    mkdir -p "$home/lists/partial" "$home/cache/archives/partial"
    say "fetching Debian's clang into target/tools/clang"
    private apt-get update >&2 || die "apt cannot reach Debian"
    packages=$(private apt-cache depends --recurse --important clang |
        grep -E '^(clang-[0-9]+|libclang-(cpp|common-)[0-9.]+(-dev)?|libllvm[0-9.]+|libz3-4|libxml2|libicu[0-9]+|libedit2|libbsd0|libmd0)$' | sort -u)
    # shellcheck disable=SC2086 # words
    private apt-get install --download-only --reinstall -y --no-install-recommends $packages >&2 ||
        die "apt cannot fetch clang here"
    for archive in "$home"/cache/archives/*.deb; do
        dpkg-deb -x "$archive" "$home/root"
    done
    rm -rf "$home/cache" "$home/lists"
    program=$(find "$home/root/usr/lib" -path '*/llvm-*/bin/clang' | head -n 1)
    printf '#!/bin/sh\nLD_LIBRARY_PATH="%s:%s" exec "%s" "$@"\n' \
        "$home/root/usr/lib/$(uname -m)-linux-gnu" "$(dirname "$(dirname "$program")")/lib" "$program" >"$home/bin/clang.part"
    chmod +x "$home/bin/clang.part"
    "$home/bin/clang.part" --version >&2 || die "the clang of Debian's packages does not run here"
    mv "$home/bin/clang.part" "$home/bin/clang"
}

# apt with its lists and archives below $home.
private() {
    "$@" -qq -o Dir::State::Lists="$home/lists" -o Dir::Cache="$home/cache" \
        -o Debug::NoLocking=1 -o APT::Sandbox::User=root
}

case $language in
    js | python | c) "$language" ;;
    *) die "error: unknown language '$language': expected js, python or c" ;;
esac
