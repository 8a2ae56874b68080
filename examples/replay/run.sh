#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

echo "The keyword scorer:"
coldnotch replay --config "$here/keywords.toml" "$here/sessions.jsonl"
echo
echo "The consequence engine:"
coldnotch replay --verdicts verdicts.jsonl "$here/sessions.jsonl"
echo
cat verdicts.jsonl
