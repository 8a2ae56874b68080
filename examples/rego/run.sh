#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

# A pack: its settings are the policy, cases.jsonl says what they are expected to say.
pack() {
    mkdir "$1"
    cp "$here/cases.jsonl" "$1/"
    sed "s#\.\./\.\.#$here/../..#; $2" "$here/pack.toml" >"$1/pack.toml"
    coldnotch plugin build "$1"
}
pack refund-policy '' | head -n 1
coldnotch plugin test refund-policy
echo

cp "$here/coldnotch.toml" .
export COLDNOTCH_CONFIG="$PWD/coldnotch.toml"

decide <<'END'
{"type":"refund","payload":{"order":"A-17","amount":60},"agent":"support-bot","id":"a"}
{"type":"refund","payload":{"order":"A-18","amount":160},"agent":"support-bot","id":"b"}
{"type":"refund","payload":{"order":"A-19","amount":1600},"agent":"support-bot","id":"c"}
{"type":"refund","payload":{"amount":60},"agent":"support-bot","id":"d"}
END

echo
# A mistake in a policy is found before anything is judged.
pack wrong 's/^allow if {/allow if (/' >/dev/null
sed 's#refund-policy/#wrong/#' coldnotch.toml >wrong.toml
coldnotch --config wrong.toml plugin list 2>&1 | tail -1
