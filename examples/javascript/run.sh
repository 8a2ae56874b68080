#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

# What the language builds with; without it there is nothing to see.
tools=$("$here/../../plugins/language.sh" js) || exit 77
cached

coldnotch plugin new own-mail --lang js >/dev/null
rm own-mail/settings.schema.json
cp "$here/rule.js" "$here/pack.toml" "$here/cases.jsonl" own-mail/
ln -s "$tools/node_modules" own-mail/node_modules
coldnotch plugin build own-mail | head -n 1
coldnotch plugin test own-mail --coverage
echo

# As a policy has it.
cp "$here/coldnotch.toml" .
export COLDNOTCH_CONFIG="$PWD/coldnotch.toml"
decide <<'END'
{"type":"send_email","payload":{"to":"ana@acme.example"},"agent":"support-bot","id":"a"}
{"type":"send_email","payload":{"to":"eve@rival.example"},"agent":"support-bot","id":"b"}
END
