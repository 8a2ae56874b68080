#!/usr/bin/env bash
# A decision with a pack of each language and with each engine of rules, beside the bare
# sandbox and the native crates, in one run. Builds what is missing, all of it into
# target/; a language whose tools are not on this machine and cannot be had is left out,
# with a line that says so.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/target/bench-packs
cd "$root"

plugins/build.sh plugins >&2
cargo build --release --locked --workspace --bins --examples
for engine in cedar rego; do
    cargo build --release --locked --manifest-path "plugins/$engine/Cargo.toml" \
        --target-dir target/policies --example "$engine-native"
done

mkdir -p "$out"
cd "$out"
for lang in rust c js python; do
    rm -rf "$lang"
    tools=
    if [ "$lang" != rust ] && ! tools=$("$root/plugins/language.sh" "$lang"); then
        echo "NOT MEASURED: $lang: its tools are not on this machine and cannot be had" >&2
        continue
    fi
    "$root/target/release/coldnotch" plugin new "$lang-hello" --lang "$lang" >/dev/null
    mv "$lang-hello" "$lang"
    case $lang in
        js) ln -s "$tools/node_modules" "$lang/node_modules" ;;
        python) ln -s "$tools" "$lang/.venv" ;;
        c) PATH=$tools:$PATH ;;
    esac
    # A Rust that is not from rustup finds the target's library in its own place.
    if [ "$lang" = rust ] && [ -x "$root/target/tools/debian/rustc" ]; then
        export RUSTC=$root/target/tools/debian/rustc
    fi
    CARGO_TARGET_DIR=$root/target/packs "$root/target/release/coldnotch" plugin build "$lang" >&2
    unset RUSTC
done

cd "$root"
cargo bench --locked --workspace --bench packs
