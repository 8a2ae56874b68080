# For scripts that read it (`. tests/support/serve.sh`) in the project's folder: servers
# in folders of their own, which end with the script.
coldnotch=$PWD/target/release/coldnotch
folders=$(mktemp -d -p "$PWD/target") # a real disk; /tmp may be memory
servers=
trap 'kill $servers 2>/dev/null || true; wait; rm -rf "$folders"' EXIT

# serve NAME <CONFIGURATION: $at is its address then, $server its process.
serve() {
    mkdir "$folders/$1"
    cat >"$folders/$1/coldnotch.toml"
    (cd "$folders/$1" && exec "$coldnotch" serve --listen 127.0.0.1:0 2>log) &
    server=$!
    servers="$servers $server"
    for _ in $(seq 200); do
        grep -qs 'listening on' "$folders/$1/log" && break
        sleep 0.1
    done
    at=$(sed -n 's/.*listening on //p' "$folders/$1/log")
    [ -n "$at" ] || { cat "$folders/$1/log" >&2; exit 1; }
}
