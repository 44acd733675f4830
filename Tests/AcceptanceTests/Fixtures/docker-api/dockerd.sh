#!/usr/bin/env bash
# Starts a dockerd with state and network of its own, loads IMAGE.tar, and plays the commands against it.
# Usage: dockerd.sh IMAGE.tar > dockerd.txt
set -eu
here=$(cd "$(dirname "$0")" && pwd)
image=$(readlink -f "$1")
work=$(mktemp -d)
export DOCKER_HOST=unix://$work/sock
unshare -n sh -c 'ip link set lo up; exec dockerd --data-root "$0/data" --exec-root "$0/exec" \
  --pidfile "$0/pid" -H "unix://$0/sock" --iptables=false --ip6tables=false --ip-masq=false' "$work" >"$work/log" 2>&1 &
dockerd=$!
trap 'kill $dockerd; wait $dockerd || true; rm -rf "$work"' EXIT
for _ in $(seq 300); do [ -S "$work/sock" ] && docker version >/dev/null 2>&1 && break; sleep 0.2; done
docker version >/dev/null || { tail -n 5 "$work/log" >&2; exit 1; }
docker load -i "$image" >/dev/null
"$here/play.sh"
