#!/usr/bin/env bash
# Measures the way of a large image: push and pull on loopback, unpacking beside skopeo with umoci and
# docker load, whichever is installed. Prints medians of three runs and ratios.
# Usage: registry.sh DKLAB [MEGABYTES]
set -eu
dklab=$(readlink -f "$1")
megabytes=${2:-1000}
port=5690
work=$(mktemp -d)
export DKLAB_ROOT=$work/root DKLAB_UPLINK=none DKLAB_OFFLINE=1 LC_ALL=C
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
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

# best LABEL COMMAND...: the median of three runs, in milliseconds; PREPARE runs before each.
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

echo "unpacking"
export -n DKLAB_ROOT
PREPARE='DKLAB_ROOT=$work/other "$dklab" system reset --all --yes' \
  measure "dklab load" env DKLAB_ROOT="$work/other" "$dklab" load -q -i "$work/image.tar"
command -v skopeo >/dev/null && command -v umoci >/dev/null &&
  measure "skopeo + umoci" unpacked
docker info >/dev/null 2>&1 &&
  PREPARE='docker rmi -f "$name"' measure "docker load" docker load -q -i "$work/image.tar"
ratio "dklab load" "skopeo + umoci"
ratio "dklab load" "docker load"

echo "over loopback"
"$dklab" registry serve --listen "127.0.0.1:$port" --data "$work/registry" -q 2>/dev/null &
server=$!
until curl -fs "localhost:$port/v2/" >/dev/null; do sleep 0.05; done
PREPARE='rm -rf "$work/registry"/*/*' measure "dklab push" env DKLAB_ROOT="$work/root" "$dklab" push -q "$name"
PREPARE='DKLAB_ROOT=$work/other "$dklab" system reset --all --yes' \
  measure "dklab pull" env DKLAB_ROOT="$work/other" "$dklab" pull -q "$name"
if command -v skopeo >/dev/null; then
  PREPARE='rm -rf "$work/layout"' measure "skopeo copy from it" \
    skopeo --insecure-policy copy -q --src-tls-verify=false "docker://$name:latest" "oci:$work/layout:x"
  ratio "dklab pull" "skopeo copy from it"
fi
