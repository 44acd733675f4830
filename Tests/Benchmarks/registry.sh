#!/usr/bin/env bash
# Measures the way of a large image: push and pull on loopback beside skopeo and docker, unpacking beside
# skopeo with umoci and docker load, whichever is installed. Prints medians of three runs and ratios.
# Where dockerd is installed and none runs, one is started for this, in directories of its own.
# Usage: registry.sh DKLAB [MEGABYTES]
set -eu
dklab=$(readlink -f "$1")
megabytes=${2:-1000}
# A network namespace of its own: no port is taken, and dockerd's rules are nobody's.
if [ "$(id -u)" = 0 ] && [ -z "${DKLAB_BENCH_NAMESPACE:-}" ]; then
  export DKLAB_BENCH_NAMESPACE=1
  exec unshare -m -n "$0" "$@"
fi
ip link set lo up 2>/dev/null || true
port=5690
work=$(mktemp -d)
export DKLAB_ROOT=$work/root DKLAB_UPLINK=none DKLAB_OFFLINE=1 LC_ALL=C
server= dockerd=
cleanup() {
  for pid in $server $dockerd; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  "$dklab" system reset --all --yes >/dev/null 2>&1 || true
  DKLAB_ROOT=$work/other "$dklab" system reset --all --yes >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

# A tree as images have it: half small files of text, half large ones that do not compress.
mkdir -p "$work/tree/small" "$work/tree/large"
for ((i = 0; i < megabytes * 32; i++)); do
  printf 'file %d of a tree\n%16000s\n' "$i" x >"$work/tree/small/$i"
done
for ((i = 0; i < megabytes / 20; i++)); do
  head -c 10M /dev/urandom >"$work/tree/large/$i"
done
tar -C "$work/tree" -cf "$work/tree.tar" .
rm -rf "$work/tree"
name=localhost:$port/bench/large
"$dklab" import "$work/tree.tar" "$name" >/dev/null
"$dklab" save -o "$work/image.tar" "$name"
size=$(stat -c %s "$work/tree.tar")
echo "an image of $((size / 1000000)) MB"

# measure LABEL COMMAND...: the median of three runs, in milliseconds; PREPARE runs before each.
declare -A result
measure() {
  local label=$1 times=() start
  shift
  for _ in 1 2 3; do
    eval "${PREPARE:-:}" >/dev/null 2>&1
    sync
    start=${EPOCHREALTIME/./}
    "$@" >/dev/null 2>"$work/error" || { tail -n 2 "$work/error"; return; }
    times+=($(((${EPOCHREALTIME/./} - start) / 1000)))
  done
  result[$label]=$(printf '%s\n' "${times[@]}" | sort -n | sed -n 2p)
  printf '  %-28s %6d ms  %5d MB/s\n' "$label" "${result[$label]}" $((size / 1000 / result[$label]))
}
ratio() {
  [ -n "${result[$1]:-}" ] && [ -n "${result[$2]:-}" ] || return 0
  awk -v a="${result[$1]}" -v b="${result[$2]}" -v x="$1" -v y="$2" \
    'BEGIN { printf "  %s takes %.2f of %s\n", x, a / b, y }'
}
unpacked() {
  rm -rf "$work/layout" "$work/bundle"
  skopeo --insecure-policy copy -q "docker-archive:$work/image.tar" "oci:$work/layout:x"
  umoci unpack --image "$work/layout:x" "$work/bundle"
}

if command -v dockerd >/dev/null && command -v docker >/dev/null && [ "$(id -u)" = 0 ]; then
  export DOCKER_HOST=unix://$work/docker.sock DOCKER_CONFIG=$work/docker-config
  mkdir "$work/docker-config" && echo "{}" >"$work/docker-config/config.json"
  dockerd --data-root "$work/docker" --exec-root "$work/docker-run" --pidfile "$work/docker.pid" \
    -H "$DOCKER_HOST" --bridge=none --iptables=false >"$work/dockerd.log" 2>&1 &
  dockerd=$!
  for _ in $(seq 100); do docker version >/dev/null 2>&1 && break; sleep 0.2; done
  docker version >/dev/null 2>&1 ||
    echo "  dockerd did not start: $(tail -n 1 "$work/dockerd.log" | cut -c1-100)"
fi

echo "unpacking"
export -n DKLAB_ROOT
PREPARE='DKLAB_ROOT=$work/other "$dklab" system reset --all --yes' \
  measure "dklab load" env DKLAB_ROOT="$work/other" "$dklab" load -q -i "$work/image.tar"
command -v skopeo >/dev/null && command -v umoci >/dev/null &&
  measure "skopeo + umoci" unpacked
docker info >/dev/null 2>&1 &&
  PREPARE='docker rmi -f "$name:latest"' measure "docker load" docker load -q -i "$work/image.tar"
ratio "dklab load" "skopeo + umoci"
ratio "dklab load" "docker load"

echo "over loopback"
"$dklab" registry serve --listen "127.0.0.1:$port" --data "$work/registry" -q 2>/dev/null &
server=$!
until curl -fs "localhost:$port/v2/" >/dev/null; do sleep 0.05; done
empty='rm -rf "$work"/registry/blobs/*/* "$work"/registry/repositories/*'
# The first push of a layer compresses it, as docker's does, and skopeo's out of an archive.
PREPARE=$empty measure "dklab push" env DKLAB_ROOT="$work/root" "$dklab" push -q "$name"
measure "dklab push, all there" env DKLAB_ROOT="$work/root" "$dklab" push -q "$name"
PREPARE='DKLAB_ROOT=$work/other "$dklab" system reset --all --yes' \
  measure "dklab pull" env DKLAB_ROOT="$work/other" "$dklab" pull -q "$name"
if command -v skopeo >/dev/null; then
  PREPARE='rm -rf "$work/layout"' measure "skopeo copy from it" \
    skopeo --insecure-policy copy -q --src-tls-verify=false "docker://$name:latest" "oci:$work/layout:x"
  PREPARE=$empty measure "skopeo copy to it" \
    skopeo --insecure-policy copy -q --dest-tls-verify=false "docker-archive:$work/image.tar" "docker://$name:latest"
fi
if docker info >/dev/null 2>&1; then
  docker load -q -i "$work/image.tar" >/dev/null
  PREPARE=$empty measure "docker push" docker push -q "$name:latest"
  PREPARE='docker rmi -f "$name:latest"' measure "docker pull" docker pull -q "$name:latest"
fi
ratio "dklab pull" "skopeo copy from it"
ratio "dklab pull" "docker pull"
ratio "dklab push" "skopeo copy to it"
ratio "dklab push" "docker push"
