#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

"$(dirname "$binary")/examples/embed"
echo
coldnotch audit tail coldnotch_audit.jsonl
coldnotch grants list
