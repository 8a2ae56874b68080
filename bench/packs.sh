#!/usr/bin/env bash
# What a decision costs in each language and with each rules engine: `plugin bench` of the
# pack that `plugin new` makes, and of the packs in examples/. Each call is in a fresh
# instance. Prints rows of a table; a language whose tools are not here is left out.
# The native crates beside the engines are in bench/peers. Needs `make build plugins`.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
binary=${COLDNOTCH:-$root/target/release/coldnotch}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export NO_COLOR=1
printf '[policy]\n' >coldnotch.toml

coldnotch() { "$binary" "$@"; }

# row NAME PACK: size, load from nothing and from the cache, then the dearest case.
row() {
    rm -rf cache
    XDG_CACHE_HOME=$scratch/cache coldnotch --json plugin bench "$2" --calls 50 >cold.json
    XDG_CACHE_HOME=$scratch/cache coldnotch --json plugin bench "$2" --calls 1000 >warm.json
    python3 - "$1" "$2"/*.wasm <<'PY'
import json, os, sys
cold, warm = json.load(open("cold.json")), json.load(open("warm.json"))
case = max(warm["cases"], key=lambda case: case["us"]["p50"])
kib = os.path.getsize(sys.argv[2]) / 1024
print(f"| {sys.argv[1]} | {kib:,.0f} KiB | {cold['load_ms']:,.0f} ms | {warm['load_ms']:,.1f} ms "
      f"| {case['us']['p50']:,.1f} | {case['us']['p95']:,.1f} | {case['fuel']:,} | {case['memory'] >> 10:,} KiB |")
PY
}

echo '| pack | size | load, first | load, cached | p50 µs | p95 µs | fuel | memory |'
echo '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |'
for lang in rust c js python; do
    coldnotch plugin new "hello-$lang" --lang "$lang" >/dev/null
    if [ "$lang" != rust ]; then
        tools=$("$root/plugins/language.sh" "$lang") || continue
        case $lang in
            js) ln -s "$tools/node_modules" hello-js/ ;;
            python) ln -s "$tools" hello-python/.venv ;;
            c) PATH=$tools:$PATH ;;
        esac
    fi
    coldnotch plugin build "hello-$lang" >/dev/null
    row "$lang" "hello-$lang"
done
for engine in rules cedar rego; do
    mkdir "$engine"
    cp "$root/examples/$engine/cases.jsonl" "$engine/"
    sed "s#\.\./\.\.#$root#" "$root/examples/$engine/pack.toml" >"$engine/pack.toml"
    coldnotch plugin build "$engine" >/dev/null
    row "$engine" "$engine"
done
