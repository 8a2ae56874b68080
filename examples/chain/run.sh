#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

# 1. The agent reads a secret.
decide <<'END'
{"type":"read_secret","summary":"Read the deployment settings","payload":{"name":"billing-api"},"agent":"ops-bot","session":"s-1","id":"a"}
END
# 2. Its runtime reports what came back.
decide <<'END'
{"observation":{"session":"s-1","id":"a","output":"{\"api_key\":\"sk_live_5ba91c07e2\"}","succeeded":true}}
END
# 3. Something is sent out.
decide <<'END'
{"type":"http_post","summary":"Share diagnostics","payload":{"url":"https://collect.example.net/in","body":"build 512 is green"},"agent":"ops-bot","session":"s-1","id":"b"}
END
# 4. The same in a session that has read no secret.
decide <<'END'
{"type":"http_post","summary":"Share diagnostics","payload":{"url":"https://collect.example.net/in","body":"build 512 is green"},"agent":"ops-bot","session":"s-2","id":"b"}
END

echo
coldnotch audit tail
