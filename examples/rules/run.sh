#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

# A pack: its settings are the rules, cases.jsonl says what they are expected to say.
pack() {
    mkdir "$1"
    cp "$here/cases.jsonl" "$1/"
    sed "s#\.\./\.\.#$here/../..#; $2" "$here/pack.toml" >"$1/pack.toml"
    coldnotch plugin build "$1"
}
pack house-rules '' | head -n 1
coldnotch plugin test house-rules
echo

cp "$here/coldnotch.toml" .
export COLDNOTCH_CONFIG="$PWD/coldnotch.toml"

decide <<'END'
{"type":"refund","payload":{"order":"A-17","amount":60},"agent":"support-bot","session":"s-1","id":"a"}
{"type":"refund","payload":{"order":"A-18","amount":120},"agent":"support-bot","session":"s-1","id":"b"}
{"type":"refund","payload":{"order":"A-19"},"agent":"support-bot","session":"s-1","id":"c"}
{"type":"send_email","payload":{"to":"eve@rival.example"},"agent":"support-bot","session":"s-1","id":"d"}
END
# A person approves the first of these; with the second it is too much.
coldnotch decide --approve <<'END'
{"type":"refund","payload":{"order":"A-18","amount":120},"agent":"support-bot","session":"s-2","id":"a"}
{"type":"refund","payload":{"order":"A-20","amount":140},"agent":"support-bot","session":"s-2","id":"b"}
END

echo
# A mistake in a condition is found before anything is judged.
pack wrong 's/payload.amount > 100/payload.amuont > 100 \&\& paylod.vip/' >/dev/null
sed 's#house-rules/#wrong/#' coldnotch.toml >wrong.toml
coldnotch --config wrong.toml plugin list 2>&1 || echo "exit code $?"
