#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

# A key for the agent, one for the person: an agent cannot answer what it asks.
bot=$(coldnotch keys create office-bot --role agent 2>/dev/null)
ana=$(coldnotch keys create ana --role approver 2>/dev/null)
coldnotch keys list

cp "$here/coldnotch.toml" coldnotch.toml
"$binary" serve --config coldnotch.toml 2>notes &
server=$!
trap 'kill $server 2>/dev/null || true; rm -rf "$scratch"' EXIT
tries=0
until grep -qs 'listening on' notes; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || { cat notes >&2; exit 1; }
    sleep 0.1
done
COLDNOTCH_URL=$(sed -n 's/.*listening on //p' notes)
export COLDNOTCH_URL

echo
COLDNOTCH_KEY=$bot python3 "$here/agent.py" >agent &
agent=$!
COLDNOTCH_KEY=$ana python3 "$here/person.py" >person
wait "$agent"
cat person agent

kill "$server"
wait "$server"
echo
coldnotch audit tail
