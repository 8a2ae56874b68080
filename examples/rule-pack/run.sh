#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

# From Rust to a component, and what the component asks for.
(
    cd "$here/../.."
    plugins/build.sh examples >&2
    coldnotch plugin inspect target/examples/rule-pack.wasm
)
echo

decide <<'END'
{"type":"refund","payload":{"order":"A-17","amount":60},"agent":"support-bot","session":"s-1","id":"a"}
{"type":"refund","payload":{"order":"A-18","amount":30},"agent":"support-bot","session":"s-1","id":"b"}
{"type":"refund","payload":{"order":"A-19","amount":20},"agent":"support-bot","session":"s-1","id":"c"}
{"type":"refund","payload":{"order":"A-20"},"agent":"support-bot","session":"s-1","id":"d"}
END

echo
coldnotch audit tail
