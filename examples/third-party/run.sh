#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

registry=$here/../../target/tools/packs/docker-registry
[ -x "$registry" ] || registry=$(command -v docker-registry) || {
    echo "this machine has no docker-registry" >&2
    exit 77
}
cat >registry.yml <<END
version: 0.1
log: {level: info}
storage: {filesystem: {rootdirectory: $scratch/registry}}
http: {addr: '127.0.0.1:0', secret: example}
END
"$registry" serve registry.yml >/dev/null 2>log &
trap 'kill $!; rm -rf "$scratch"' EXIT
tries=0
until grep -q 'listening on' log; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || { cat log >&2; exit 1; }
    sleep 0.1
done
port=$(sed -n 's/.*listening on 127.0.0.1:\([0-9]*\).*/\1/p' log | head -n 1)
pack=oci://127.0.0.1:$port/acme/refunds:1.0

echo "== acme builds, signs and ships"
mkdir acme acme/refunds shop
cp "$here/pack.toml" "$here/cases.jsonl" acme/refunds/
(
    cd acme
    coldnotch plugin build refunds | head -n 1
    coldnotch plugin keygen acme.key --no-password >/dev/null
    coldnotch plugin sign refunds --key acme.key
    coldnotch plugin push "$pack" refunds
)

echo
echo "== the shop pulls it and looks at it"
cd shop
sed "s#REGISTRY#127.0.0.1:$port#" "$here/coldnotch.toml" >coldnotch.toml
export COLDNOTCH_CONFIG="$PWD/coldnotch.toml"
coldnotch plugin pull "$pack" 2>&1 || echo "exit code $?"
cat >coldnotch_trust.toml <<END
[[signer]]
name = "acme"
keys = ["$(tail -n 1 ../acme/acme.pub)"]
packs = ["acme-*"]
sources = ["oci://127.0.0.1:$port/acme/*"]
END
coldnotch plugin pull "$pack"
coldnotch plugin inspect acme-refunds.wasm

echo
echo "== and accepts it, as a shadow"
coldnotch plugin install refunds --yes 2>&1 || echo "exit code $?"
coldnotch plugin install refunds --yes --accept history
ask() {
    decide <<END
{"type":"refund","payload":{"amount":60},"agent":"support-bot","id":"$1-60"}
{"type":"refund","payload":{"amount":160},"agent":"support-bot","id":"$1-160"}
END
}
ask shadow

echo
echo "== promotes it on what it would have done"
coldnotch plugin promote refunds
ask enforced

echo
echo "== and goes one step back"
coldnotch plugin rollback
ask back

echo
echo "== a changed byte is nobody's pack"
stored=$(ls coldnotch_packs/*.wasm)
sed 's/Holds refunds/Helps refunds/' "$stored" >changed && mv changed "$stored"
coldnotch plugin list 2>&1 || echo "exit code $?"
