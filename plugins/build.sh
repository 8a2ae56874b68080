#!/usr/bin/env bash
# Builds the guests into WebAssembly components, incrementally:
#
#   plugins/<name>, the SDK excepted  ->  target/plugins/<name>.wasm
#   tests/guests/<name>               ->  target/guests/<name>.wasm
#   examples/<name>, where it is Rust ->  target/examples/<name>.wasm
#
# Usage: plugins/build.sh [plugins|policies|guests|examples|all|toolchain]     (default: all)
# `plugins` are those the host embeds. `policies` are workspaces of their own, with their
# own dependencies: minutes to compile. `toolchain` only readies compiler and linker.
# Prints one line a component.
#
# COLDNOTCH_WASM_TOOLCHAIN   where the compiler's wasm target comes from:
#     rustup   the Rust in use has it, or `rustup target add` brings it
#     debian   a compiler out of Debian's packages (plugins/debian-rust.sh)
#     auto     the first of these that works (default)
# COLDNOTCH_WASM_OUT         folder for plugins/, guests/ and examples/ (default: target)
set -euo pipefail

cd "$(dirname "$0")/.."
root=$PWD
target=wasm32-unknown-unknown
tools=$root/target/tools
out=${COLDNOTCH_WASM_OUT:-target}
[ "${out#/}" != "$out" ] || out=$root/$out

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# ---- Compiler: either way $rustc ends as one that has the wasm target ----------------

native_rustc=$(command -v "${RUSTC:-rustc}" || :)
[ -n "$native_rustc" ] || die "no rustc on the PATH: install Rust first"

has_target() { [ -d "$("$rustc" --print target-libdir --target $target)" ]; }

use_rustup() {
    rustc=$native_rustc
    has_target && return
    command -v rustup >/dev/null || return
    say "adding the target $target with rustup"
    rustup target add $target >&2 && has_target
}

use_debian() { rustc=$("$root/plugins/debian-rust.sh") && has_target; }

use_either() {
    rustc=$native_rustc
    has_target && return
    if [ ! -x "$tools/debian/rustc" ]; then # of an earlier run: no need to ask rustup again
        use_rustup && return
        say "rustup cannot add $target here: taking Debian's compiler instead"
    fi
    use_debian
}

find_compiler() {
    case ${COLDNOTCH_WASM_TOOLCHAIN:-auto} in
        rustup) use_rustup || die "'rustup target add $target' did not work; try COLDNOTCH_WASM_TOOLCHAIN=debian" ;;
        debian) use_debian || die "Debian's compiler could not be set up: see above" ;;
        auto)
            use_either || die "no compiler for $target: make 'rustup target add $target' work, or" \
                "install your distribution's Rust standard library for $target"
            ;;
        *) die "COLDNOTCH_WASM_TOOLCHAIN is '$COLDNOTCH_WASM_TOOLCHAIN': expected auto, rustup or debian" ;;
    esac
}

# ---- Linker: wasm-component-ld runs wasm-ld, then makes its output a component -------

# rustup's toolchains ship both. Elsewhere wasm-ld is LLVM's, and wasm-component-ld is
# built once.
find_linker() {
    local shipped
    shipped=$(dirname "$("$native_rustc" --print target-libdir)")/bin
    wasm_ld=$(first_of "$shipped/gcc-ld/wasm-ld" "$tools/debian/wasm-ld" "$(command -v wasm-ld || :)") ||
        die "no wasm-ld: install LLVM's linker (package lld)"
    linker=$(first_of "$shipped/wasm-component-ld" "$(command -v wasm-component-ld || :)" "$tools/bin/wasm-component-ld") || {
        say "installing wasm-component-ld into target/tools"
        cargo install --quiet --locked wasm-component-ld@^0.5 --root "$tools"
        linker=$tools/bin/wasm-component-ld
    }
}

first_of() {
    local file
    for file in "$@"; do
        [ -x "$file" ] && printf '%s\n' "$file" && return
    done
    return 1
}

# ---- Guests --------------------------------------------------------------------------

# What reaches rustc. In this variable, since it allows spaces in paths and outranks a
# RUSTFLAGS of the user's; with --target it reaches neither build scripts nor macros.
#
# A small stack keeps a fresh instance's memory small, thus quick to set up. To inline a
# little less than usual costs no time and spares bytes (docs/consequence.md). Without
# machine paths the same sources give the same bytes wherever they are built.
guest_flags() {
    local flags
    flags=$(printf '%s\037' \
        "-Clinker=$linker" "-Clink-arg=--wasm-ld-path=$wasm_ld" "-Clink-arg=-zstack-size=32768" "-Ctarget-feature=+simd128" \
        "-Cllvm-args=-inline-threshold=190" \
        "--remap-path-prefix=$root=/coldnotch" "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo")
    printf '%s' "${flags%?}"
}

# build FOLDER PREFIX: FOLDER/<name>, where it is of this workspace, is the package
# PREFIX-<name>.
build() {
    local folder=$1 prefix=$2 names="" packages="" name
    for name in $(guests_in "$folder"); do
        if [ "$folder/$name" = plugins/sdk ] || is_workspace "$folder/$name"; then continue; fi
        names="$names $name"
        packages="$packages -p $prefix-$name"
    done
    [ -n "$names" ] || return 0
    # shellcheck disable=SC2086 # names are folder names of ours: words
    compile $packages
    # shellcheck disable=SC2086
    install "$folder" "$prefix" $names
}

# The same for those that are workspaces: each is built by itself, since what it depends
# on has other features.
build_workspaces() {
    local folder=$1 prefix=$2 name
    for name in $(guests_in "$folder"); do
        is_workspace "$folder/$name" || continue
        compile --manifest-path "$folder/$name/Cargo.toml"
        install "$folder" "$prefix" "$name"
    done
}

guests_in() {
    local manifest
    for manifest in "$1"/*/Cargo.toml; do
        [ ! -f "$manifest" ] || basename "$(dirname "$manifest")"
    done
}

is_workspace() { grep -q '^\[workspace\]' "$1/Cargo.toml"; }

# install FOLDER PREFIX NAME...: to $out/<FOLDER's last part>/NAME.wasm.
install() {
    local folder=$1 prefix=$2 into=$out/${1##*/} name
    shift 2
    mkdir -p "$into"
    for name in "$@"; do
        copy_if_changed "$out/guest-build/$target/plugin/$(printf %s "$prefix-$name" | tr - _).wasm" "$into/$name.wasm"
        printf '%-28s %8d bytes  sha256 %.12s\n' "${folder##*/}/$name.wasm" "$(wc -c <"$into/$name.wasm")" "$(sha256 "$into/$name.wasm")"
    done
}

compile() {
    RUSTC=$rustc CARGO_ENCODED_RUSTFLAGS=$(guest_flags) cargo build --quiet --locked \
        --profile plugin --target $target --target-dir "$out/guest-build" "$@"
}

# The host embeds plugins: a file that only looks newer would rebuild it.
copy_if_changed() {
    cmp -s "$1" "$2" || { cp "$1" "$2.part" && mv "$2.part" "$2"; }
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi
}

what=${1:-all}
case $what in
    plugins | policies | guests | examples | all | toolchain) ;;
    *) die "unknown argument '$what': expected plugins, policies, guests, examples, all or toolchain" ;;
esac
find_compiler
find_linker
case $what in plugins | all) build plugins coldnotch ;; esac
case $what in policies | all) build_workspaces plugins coldnotch ;; esac
case $what in guests | all) build tests/guests guest ;; esac
case $what in examples | all) build examples example ;; esac
