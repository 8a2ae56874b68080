#!/bin/sh
set -eu
. "$(dirname "$0")/../setup.sh"

decide <<'END'
{"type":"send_email","summary":"Confirmation of your appointment","payload":{"to":"client@example.com"},"agent":"support-bot"}
END
decide <<'END'
{"type":"send_email","summary":"We promise you a refund of 240 EUR","payload":{"to":"client@example.com"},"agent":"support-bot"}
END
decide <<'END'
{"type":"exec_shell","summary":"rm -rf /data","agent":"ops-bot"}
END

echo
coldnotch audit tail
coldnotch audit verify
