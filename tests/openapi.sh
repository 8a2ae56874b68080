#!/bin/sh
# Holds the server to its OpenAPI document: schemathesis makes requests of it, valid
# and not, and checks every answer. No 500, and nothing that the document does not say.
# Needs python3; what it installs lies in target/. More with EXAMPLES=500, others with SEED=2.
set -eu
cd "$(dirname "$0")/.."
tools=$PWD/target/venv-openapi
[ -x "$tools/bin/schemathesis" ] || {
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet 'schemathesis>=4,<5'
}
. tests/support/serve.sh
serve openapi <<'TOML'
[[plugin]]
name = "keywords"
source = "builtin:keywords"

[policy]
hold_types = ["pay"]

[approvals]
max_waiting = 100000

[server]
max_wait = "1s"
TOML
# Something to find under the ids of the document's examples.
curl -sf "$at/v1/decide" -H 'Content-Type: application/json' \
    -d '{"type":"pay","session":"s","id":"1"}' >/dev/null
# Events do not end; the tests of the server have them.
cd "$folders" && "$tools/bin/schemathesis" run "$at/openapi.json" \
    --exclude-path /v1/events \
    --max-examples "${EXAMPLES:-50}" --seed "${SEED:-1}" --workers 2 --request-timeout 10 \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
    --no-color "$@"
kill -0 $server
