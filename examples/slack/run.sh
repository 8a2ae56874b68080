#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"
unset SLACK_BOT_TOKEN SLACK_CHANNEL SLACK_SIGNING_SECRET || true

# waits until FILE has a line with TEXT, for at most a minute
until_in() {
    tries=0
    until grep -q "$1" "$2"; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || { echo "no '$1' came" >&2; cat "$2" >&2; exit 1; }
        sleep 0.1
    done
}

# All processes share one approvals file.
cp "$here/coldnotch.toml" coldnotch.toml
export COLDNOTCH_CONFIG="$PWD/coldnotch.toml"
"$binary" serve --listen 127.0.0.1:0 2>server.log &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$scratch"' EXIT
until_in 'listening' server.log

echo '{"type":"pay_invoice","summary":"Settle invoice 88","payload":{"iban":"PT52003506510002345678954","amount":90},"agent":"office-bot"}' |
    "$binary" decide --wait 60s >answer 2>/dev/null &
agent=$!

until_in 'approval_id' server.log
id=$(sed -n 's/.*approval_id = //p' server.log)
coldnotch approvals approve "$id" --by ana >/dev/null
wait $agent
until_in 'is approved' server.log

grep -A 5 'dry run: no' server.log
grep 'is approved' server.log
cat answer
