#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

decide <<'END'
{"type":"refund","payload":{"order":"A-17","amount":60},"agent":"support-bot","context":{"roles":["support"]},"id":"a"}
{"type":"refund","payload":{"order":"A-18","amount":160},"agent":"support-bot","context":{"roles":["support"]},"id":"b"}
{"type":"refund","payload":{"order":"A-19","amount":60},"agent":"support-bot","context":{"roles":["support"]},"id":"c"}
{"type":"refund","payload":{"order":"A-17","amount":60},"agent":"sales-bot","id":"d"}
{"type":"refund","payload":{"order":"A-17"},"agent":"support-bot","context":{"roles":["support"]},"id":"e"}
END

echo
# A mistake in a policy is found before anything is judged.
sed 's/context.amount > 100/context.amount => 100/; s#\.\./\.\.#'"$here"'/../..#' "$here/coldnotch.toml" >wrong.toml
coldnotch --config wrong.toml plugin list 2>&1 | tail -1
