#!/bin/sh
# What `coldnotch serve` takes on loopback, as the table of docs/server.md: wrk (a Debian
# package), the keyword scorer, and every record on disk before its answer leaves.
#
#     bench/server/run.sh [SECONDS [ROUNDS]]      30 seconds a measurement, 3 rounds
#
# Nobody waits on one server, 10,000 approvals on the other. They take turns, round after
# round, so that both see the same machine; the table has the middle of the rounds.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-30} rounds=${2:-3}
command -v wrk >/dev/null || { echo "wrk is missing (Debian: apt-get install wrk)" >&2; exit 1; }
. tests/support/serve.sh

with_config() {
    serve "$1" <<'TOML'
[[plugin]]
name = "keywords"
source = "builtin:keywords"

[policy]
hold_types = ["pay"]

[approvals]
max_waiting = 20000
lifetime = "12h"
TOML
}

# load ROW CONNECTIONS SCRIPT ADDRESS: a line of figures in the row's file.
load() {
    sleep 1 # what the one before has left to write
    threads=$(($2 > 1 ? 2 : 1))
    wrk --threads "$threads" --connections "$2" --duration "${seconds}s" \
        --script "bench/server/$3.lua" "$4/v1/decide" >"$folders/told"
    awk '/^Requests\/sec/ { each = $2 } /^p(50|95|99) / { part[$1] = $2 } /^answers that/ { others = $NF }
        END { print each, part["p50"], part["p95"], part["p99"], others }' "$folders/told" >>"$folders/row-$1"
}

# row ROW TEXT: the middle of each figure, the sum of what was not 200.
row() {
    middle() { awk -v of="$1" '{ print $of }' "$folders/row-$2" | sort -n | sed -n "$(((rounds + 1) / 2))p"; }
    others=$(awk '{ sum += $5 } END { print sum + 0 }' "$folders/row-$1")
    printf '| %s | %.0f | %s ms | %s ms | %s ms | %s |\n' \
        "$2" "$(middle 1 "$1")" "$(middle 2 "$1")" "$(middle 3 "$1")" "$(middle 4 "$1")" "$others"
}

with_config empty
empty=$at
with_config full
full=$at
wrk --threads 2 --connections 32 --duration 600s --script bench/server/holds.lua "$full/v1/decide" >/dev/null &
holding=$!
pending() { curl -s "$full/metrics" | sed -n 's/coldnotch_approvals{state="pending"} //p'; }
until [ "$(pending)" -ge 10000 ]; do sleep 0.2; done
kill $holding
wait $holding 2>/dev/null || true
echo "$(pending) approvals wait; load average $(cut -d' ' -f1-3 /proc/loadavg)" >&2

for round in $(seq "$rounds"); do
    load empty-64 64 alone "$empty"
    load full-64 64 alone "$full"
    load sessions-64 64 sessions "$empty"
    load empty-1 1 alone "$empty"
    load full-1 1 alone "$full"
    echo "round $round of $rounds" >&2
done
for server in $servers; do kill -0 "$server"; done
grep -hv 'waits for an answer\|listening on' "$folders"/*/log >&2 || true

echo '| | answers a second | p50 | p95 | p99 | not 200 |'
echo '| --- | ---: | ---: | ---: | ---: | ---: |'
row empty-64 '64 connections'
row full-64 '64 connections, 10,000 approvals waiting'
row sessions-64 '64 connections, every action with an id in a session'
row empty-1 '1 connection'
row full-1 '1 connection, 10,000 approvals waiting'
