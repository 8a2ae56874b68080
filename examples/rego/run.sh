#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

decide <<'END'
{"type":"refund","payload":{"order":"A-17","amount":60},"agent":"support-bot","id":"a"}
{"type":"refund","payload":{"order":"A-18","amount":160},"agent":"support-bot","id":"b"}
{"type":"refund","payload":{"order":"A-19","amount":1600},"agent":"support-bot","id":"c"}
{"type":"refund","payload":{"amount":60},"agent":"support-bot","id":"d"}
END

echo
# A mistake in a policy is found before anything is judged.
sed 's/^allow if {/allow if (/; s#\.\./\.\.#'"$here"'/../..#' "$here/coldnotch.toml" >wrong.toml
coldnotch --config wrong.toml plugin list 2>&1 | tail -1
