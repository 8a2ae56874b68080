#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

# What the language builds with; without it there is nothing to see.
tools=$("$here/../../plugins/language.sh" python) || exit 77
cached

coldnotch plugin new no-cards --lang python >/dev/null
rm no-cards/settings.schema.json
cp "$here/rule.py" "$here/pack.toml" "$here/cases.jsonl" no-cards/
ln -s "$tools" no-cards/.venv
coldnotch plugin build no-cards | head -n 1
coldnotch plugin test no-cards --coverage
echo

# As a policy has it.
cp "$here/coldnotch.toml" .
export COLDNOTCH_CONFIG="$PWD/coldnotch.toml"
decide <<'END'
{"type":"post","payload":{"text":"Your order 4111 1111 1111 1112 is on its way"},"agent":"support-bot","id":"a"}
{"type":"post","payload":{"text":"We charged 4111 1111 1111 1111"},"agent":"support-bot","id":"b"}
END
