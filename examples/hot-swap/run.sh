#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

# waits until FILE has a line with TEXT, for at most a minute
until_in() {
    tries=0
    until grep -q "$1" "$2"; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || { echo "no '$1' came" >&2; exit 1; }
        sleep 0.1
    done
}

# One process decides the whole stream, which is written to it through a pipe.
cp "$here/coldnotch.toml" coldnotch.toml
mkfifo actions
coldnotch decide --config coldnotch.toml <actions >answers 2>notes &
exec 3>actions

pay='{"type":"payments.create","summary":"Settle invoice 88","payload":{"iban":"PT52003506510002345678954","amount":90},"agent":"office-bot","intent":"List the open invoices."'
echo "$pay,\"id\":\"1\"}" >&3
echo "$pay,\"id\":\"2\"}" >&3
until_in '"id":"2"' answers

# The policy changes on disk. The file is replaced in one step, as editors do.
cp "$here/after.toml" next && mv next coldnotch.toml
until_in 'policy swapped' notes
echo "$pay,\"id\":\"3\"}" >&3

exec 3>&-
wait
grep 'policy swapped' notes
cat answers
echo
coldnotch audit tail
