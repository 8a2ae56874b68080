#!/usr/bin/env bash
# The inbox in a real browser. Takes Chromium and its driver from Debian where it may.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing chromium and chromium-driver"
        export DEBIAN_FRONTEND=noninteractive
        mkdir -p target/browser
        { apt-get update && apt-get install -y --no-install-recommends chromium chromium-driver fonts-liberation; } \
            >target/browser/install.log 2>&1 || { tail -5 target/browser/install.log; exit 1; }
    else
        echo "this test needs chromium and chromedriver: install the packages" \
            "chromium and chromium-driver (Debian), or their like" >&2
        exit 1
    fi
fi
exec python3 tests/browser/inbox.py "$@"
