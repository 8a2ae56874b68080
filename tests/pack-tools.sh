#!/usr/bin/env bash
# What the tests of packs speak to: a registry and minisign, out of Debian's packages, unpacked
# (not installed, no root needed) into target/tools/packs. A machine that has them, or cannot
# get them, is left as it is; the tests then say what they did not check.
set -euo pipefail

home=$(cd "$(dirname "$0")/.." && pwd)/target/tools/packs

have() { command -v "$1" >/dev/null || [ -x "$home/$1" ]; }
have docker-registry && have minisign && exit 0

# apt with its lists and archives below $home.
private() {
    "$@" -qq -o Dir::State::Lists="$home/lists" -o Dir::Cache="$home/cache" \
        -o Debug::NoLocking=1 -o APT::Sandbox::User=root
}

unpack() {
    local archive
    rm -rf "$home"
    mkdir -p "$home/lists/partial" "$home/cache/archives/partial"
    private apt-get update
    private apt-get install --download-only --reinstall -y --no-install-recommends \
        docker-registry minisign libsodium23
    for archive in "$home"/cache/archives/{docker-registry,minisign,libsodium}*.deb; do
        dpkg-deb -x "$archive" "$home/root"
    done
    rm -rf "$home/cache" "$home/lists"
    ln -s root/usr/bin/docker-registry "$home/docker-registry"
    printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\n' \
        "$(dirname "$(find "$home/root" -name 'libsodium.so.*' | head -n 1)")" \
        "$home/root/usr/bin/minisign" >"$home/minisign"
    chmod +x "$home/minisign"
}

works() { "$home/docker-registry" --version && "$home/minisign" -v; }

if command -v apt-get >/dev/null && { unpack || :; works; } >&2; then
    echo "target/tools/packs: docker-registry, minisign"
else
    rm -rf "$home"
    echo "NOT THERE: docker-registry and minisign; some tests of packs will not be made" >&2
fi
