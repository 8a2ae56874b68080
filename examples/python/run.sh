#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

# What the language builds with; without it there is nothing to see.
tools=$("$here/../../plugins/language.sh" python) || exit 77
cached

coldnotch plugin new card-numbers --lang python >/dev/null
rm card-numbers/settings.schema.json
cp "$here/rule.py" "$here/pack.toml" "$here/cases.jsonl" card-numbers/
ln -s "$tools" card-numbers/.venv # else: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
coldnotch plugin build card-numbers | head -n 1
coldnotch plugin test card-numbers --coverage
echo

# As a policy has it.
cp "$here/coldnotch.toml" .
export COLDNOTCH_CONFIG="$PWD/coldnotch.toml"
decide <<'END'
{"type":"post","payload":{"text":"Your order 88 is on its way."},"agent":"support-bot","id":"a"}
{"type":"post","payload":{"text":"The customer's card is 4111 1111 1111 1111."},"agent":"support-bot","id":"b"}
END
