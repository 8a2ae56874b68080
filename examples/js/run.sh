#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

# What the language builds with; without it there is nothing to see.
tools=$("$here/../../plugins/language.sh" js) || exit 77
cached

coldnotch plugin new known-domains --lang js >/dev/null
rm known-domains/settings.schema.json
cp "$here/rule.js" "$here/pack.toml" "$here/cases.jsonl" known-domains/
ln -s "$tools/node_modules" known-domains/node_modules # else: npm install
coldnotch plugin build known-domains | head -n 1
coldnotch plugin test known-domains --coverage
echo

# As a policy has it.
cp "$here/coldnotch.toml" .
export COLDNOTCH_CONFIG="$PWD/coldnotch.toml"
decide <<'END'
{"type":"send_email","payload":{"to":"ana@example.com"},"agent":"support-bot","id":"a"}
{"type":"send_email","payload":{"to":"ana@example.com","cc":["eve@evil.test"]},"agent":"support-bot","id":"b"}
END
