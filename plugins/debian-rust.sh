#!/usr/bin/env bash
# Readies a Rust compiler for WebAssembly out of Debian's packages, for machines where
# rustup cannot bring the target, and prints its path: target/tools/debian/rustc.
# The first run downloads about 140 MB and builds std (half a minute); later runs only
# print.
#
# The packages are unpacked, not installed: no root is needed, and no other Rust is
# driven out (rustc-web conflicts with rustc). Debian has no std for bare wasm, so it is
# built from rust-web-src and laid where this rustc looks for it.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
home=$root/target/tools/debian
rustc=$home/rustc
target=wasm32-unknown-unknown

say() { printf '%s\n' "$*" >&2; }

# apt with its lists and archives below $home.
private() {
    "$@" -qq -o Dir::State::Lists="$home/lists" -o Dir::Cache="$home/cache" \
        -o Debug::NoLocking=1 -o APT::Sandbox::User=root
}

# The names are spelled out with --reinstall, since apt does not fetch what happens to
# be installed. The lld is of the LLVM that this rustc is built with.
unpack_packages() {
    local libraries archive
    rm -rf "$home"
    mkdir -p "$home/lists/partial" "$home/cache/archives/partial"
    private apt-get update >&2
    libraries=$(private apt-cache depends --recurse --important libstd-rust-web-dev |
        grep -E '^(libstd-rust-web|libllvm)' | sort -u)
    # shellcheck disable=SC2046,SC2086 # words
    private apt-get install --download-only --reinstall -y --no-install-recommends \
        rustc-web rust-web-src $libraries $(printf '%s\n' "$libraries" | sed -n 's/^libllvm/lld-/p') >&2
    for archive in "$home"/cache/archives/*.deb; do
        dpkg-deb -x "$archive" "$home/root"
    done
    rm -rf "$home/cache" "$home/lists"
}

# wrap NAME PROGRAM: $home/NAME runs PROGRAM with the unpacked libraries.
wrap() {
    printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\n' "$libraries" "$2" >"$home/$1"
    chmod +x "$home/$1"
}

# Bitcode lets the guests be optimised at link time; sources get the path they have in
# Rust's own builds.
build_std() {
    local crate=$home/std lib sources commit
    lib=$("$rustc" --print target-libdir --target $target)
    sources=$("$rustc" --print sysroot)/lib/rustlib/src/rust
    commit=$("$rustc" -vV | sed -n 's/^commit-hash: //p')
    mkdir -p "$crate"
    printf '[package]\nname = "empty"\n[lib]\npath = "lib.rs"\n[workspace]\n' >"$crate/Cargo.toml"
    echo '#![no_std]' >"$crate/lib.rs"
    # RUSTC_BOOTSTRAP opens -Zbuild-std on a stable cargo; the guests are built without.
    RUSTC=$rustc RUSTC_BOOTSTRAP=1 CARGO_PROFILE_RELEASE_PANIC=abort \
        CARGO_ENCODED_RUSTFLAGS=$(printf '%s\037%s' -Cembed-bitcode=yes "--remap-path-prefix=$sources=/rustc/$commit") \
        cargo build --quiet --release --target $target -Zbuild-std=std,panic_abort \
        --manifest-path "$crate/Cargo.toml" --target-dir "$crate/target" >&2
    mkdir -p "$lib.part"
    cp "$crate/target/$target"/release/deps/*.rlib "$lib.part"
    rm -rf "$lib.part"/libempty-* "$crate" "$home/root/usr/src"
    mv "$lib.part" "$lib" # last: from here on the compiler counts as ready
}

if [ ! -x "$rustc" ] || [ ! -d "$("$rustc" --print target-libdir --target $target)" ]; then
    if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
        say "error: Debian's compiler needs apt-get and dpkg-deb, which this machine lacks"
        exit 1
    fi
    say "fetching Debian's rustc-web and rust-web-src into target/tools/debian (140 MB)"
    unpack_packages
    libraries=$(dirname "$(find "$home/root/usr/lib" -name 'librustc_driver-*')")
    wrap rustc "$home/root/usr/bin/rustc"
    wrap wasm-ld "$(find "$home/root/usr/lib" -path '*/bin/wasm-ld')"
    say "building std for $target"
    build_std
fi
printf '%s\n' "$rustc"
