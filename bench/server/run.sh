#!/bin/sh
# What `coldnotch serve` takes on loopback: wrk (a Debian package) with 64 connections,
# the keyword scorer and every record on disk before its answer leaves. First with no
# approval waiting, then with 10,000.
#
#     bench/server/run.sh [SECONDS]
set -eu
cd "$(dirname "$0")/../.."
here=$PWD/bench/server
coldnotch=$PWD/target/release/coldnotch
seconds=${1:-30}
command -v wrk >/dev/null || { echo "wrk is missing (Debian: apt-get install wrk)" >&2; exit 1; }
folder=$(mktemp -d -p "$PWD/target") # a real disk; /tmp may be memory
server=
trap 'kill $server 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
cd "$folder"
cat >coldnotch.toml <<'TOML'
[[plugin]]
name = "keywords"
source = "builtin:keywords"

[policy]
hold_types = ["pay"]

[approvals]
max_waiting = 20000
lifetime = "12h"
TOML
"$coldnotch" serve --listen 127.0.0.1:0 2>log &
server=$!
until grep -qs 'listening on' log; do sleep 0.1; done
at=$(sed -n 's/.*listening on //p' log)

load() {
    printf '\n== %s\n' "$1"
    wrk --threads "$(($2 > 1 ? 2 : 1))" --connections "$2" --duration "${seconds}s" --script "$here/$3.lua" "$at/v1/decide"
    kill -0 $server
}
load "64 connections, no session" 64 alone
load "64 connections, ids in sessions" 64 sessions
load "1 connection" 1 alone
printf '\n== 10,000 approvals begin to wait\n'
wrk --threads 2 --connections 32 --duration 600s --script "$here/holds.lua" "$at/v1/decide" >/dev/null &
holding=$!
until [ "$(curl -s "$at/metrics" | sed -n 's/coldnotch_approvals{state="pending"} //p')" -ge 10000 ]; do sleep 0.2; done
kill $holding
wait $holding 2>/dev/null || true
curl -s "$at/metrics" | grep 'coldnotch_approvals{state="pending"}'
load "64 connections, no session, 10,000 approvals waiting" 64 alone
load "1 connection, 10,000 approvals waiting" 1 alone
grep -v 'waits for an answer' log
ls -l coldnotch_audit.jsonl coldnotch_approvals.db coldnotch_answers.db
