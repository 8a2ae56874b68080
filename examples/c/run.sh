#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

# What the language builds with; without it there is nothing to see.
tools=$("$here/../../plugins/language.sh" c) || exit 77
cached

coldnotch plugin new known-countries --lang c >/dev/null
rm known-countries/settings.schema.json
cp "$here/rule.c" "$here/pack.toml" "$here/cases.jsonl" known-countries/
PATH=$tools:$PATH
coldnotch plugin build known-countries | head -n 1
coldnotch plugin test known-countries --coverage
echo

# As a policy has it.
cp "$here/coldnotch.toml" .
export COLDNOTCH_CONFIG="$PWD/coldnotch.toml"
decide <<'END'
{"type":"pay","payload":{"iban":"DE89370400440532013000","amount":10},"agent":"support-bot","id":"a"}
{"type":"pay","payload":{"iban":"KY0012345678901234567890","amount":10},"agent":"support-bot","id":"b"}
END
