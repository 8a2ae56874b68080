#!/usr/bin/env bash
# Both ways to the plugins lead to the same judgement: builds them with Debian's compiler
# into target/debian, replays recorded sessions with these and with those in
# target/plugins, one plugin at a time, and compares every verdict, risk and reason.
# Needs `make build`.
set -euo pipefail

cd "$(dirname "$0")/.."
export COLDNOTCH_WASM_TOOLCHAIN=debian COLDNOTCH_WASM_OUT=target/debian
plugins/build.sh plugins

sessions=tests/fixtures/toolchains.jsonl
for more in ../shared/cases/coldnotch.jsonl ../shared/cases/authored.jsonl; do
    [ ! -f "$more" ] || sessions="$sessions $more"
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# judge FOLDER PLUGIN: the verdicts of FOLDER/PLUGIN.wasm alone.
judge() {
    printf '[[plugin]]\nname = "%s"\nsource = "%s"\ngrants = ["history"]\n' "$2" "$PWD/$1/$2.wasm" >"$scratch/coldnotch.toml"
    [ ! -f "tests/fixtures/toolchains-$2.toml" ] || cat "tests/fixtures/toolchains-$2.toml" >>"$scratch/coldnotch.toml"
    # shellcheck disable=SC2086 # words
    target/release/coldnotch replay --config "$scratch/coldnotch.toml" --verdicts "$scratch/verdicts" $sessions >"$scratch/report"
    cat "$scratch/verdicts"
}

for component in target/debian/plugins/*.wasm; do
    plugin=$(basename "$component" .wasm)
    judge target/plugins "$plugin" >"$scratch/native"
    judge target/debian/plugins "$plugin" >"$scratch/debian"
    if [ ! -s "$scratch/native" ]; then
        echo "error: $plugin: replay gave no verdicts" >&2
        exit 1
    fi
    diff -u "$scratch/native" "$scratch/debian"
    echo "$plugin: $(wc -l <"$scratch/native" | tr -d ' ') verdicts are the same from either toolchain"
done
