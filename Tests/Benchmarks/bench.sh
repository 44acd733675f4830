#!/usr/bin/env bash
# Measures dklab beside crun, runc, podman and docker, whichever is installed, in one run, and prints
# ratios of medians. Where dockerd is installed and none runs, one is started for this, in a network
# namespace and directories of its own. Installs nothing, leaves nothing.
# Usage: bench.sh DKLAB [RUNS] [CONTAINERS]
set -eu
dklab=$(readlink -f "$1")
runs=${2:-20}
containers=${3:-500}
export LC_ALL=C

# crun refuses a hybrid host whose unified hierarchy has controllers: without that mount, in a mount
# namespace of our own, it runs.
if [ "$(id -u)" = 0 ] && [ -z "${DKLAB_BENCH_NAMESPACE:-}" ] && mountpoint -q /sys/fs/cgroup/unified 2>/dev/null; then
  export DKLAB_BENCH_NAMESPACE=1
  exec unshare -m sh -c 'umount /sys/fs/cgroup/unified; exec "$0" "$@"' "$0" "$@"
fi

work=$(mktemp -d)
export DKLAB_ROOT=$work/root DKLAB_UPLINK=none DKLAB_INSTANCE=bench-$$
dockerd= running=
cleanup() {
  [ -z "$running" ] || "$running" delete --force "bench-$$-exec" >/dev/null 2>&1 || true
  if [ -n "$dockerd" ]; then
    kill "$dockerd" 2>/dev/null || true
    wait "$dockerd" 2>/dev/null || true
  fi
  "$dklab" system reset --all --yes >/dev/null 2>&1 || true
  # podman leaves its storage directory mounted on itself.
  umount "$work/podman/overlay" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

# median LABEL COMMAND...: microseconds, over $runs runs after two that do not count.
declare -A result
median() {
  local label=$1 times=() start end
  shift
  if ! "$@" >/dev/null 2>"$work/error"; then
    printf '  %-34s failed: %s\n' "$label" "$(tail -n 1 "$work/error" | cut -c1-80)"
    return
  fi
  "$@" >/dev/null 2>&1
  for ((i = 0; i < runs; i++)); do
    start=${EPOCHREALTIME/./}
    "$@" >/dev/null 2>&1
    end=${EPOCHREALTIME/./}
    times+=($((end - start)))
  done
  result[$label]=$(printf '%s\n' "${times[@]}" | sort -n | sed -n "$((runs / 2 + 1))p")
  printf '  %-34s median of %d: %6d us\n' "$label" "$runs" "${result[$label]}"
}

ratio() {
  [ -n "${result[$1]:-}" ] && [ -n "${result[$2]:-}" ] || return 0
  awk -v a="${result[$1]}" -v b="${result[$2]}" -v x="$1" -v y="$2" \
    'BEGIN { printf "  %s takes %.2f of %s\n", x, a / b, y }'
}

"$dklab" images bootstrap busybox >/dev/null 2>&1
"$dklab" run --rm busybox true

echo "run and remove a container that does nothing"
median "dklab (no network)" "$dklab" run --rm --network none busybox true
median "dklab (bridge)" "$dklab" run --rm busybox true

# The same rootfs and the same namespaces for the OCI runtimes.
mkdir -p "$work/bundle"
"$dklab" create --name export busybox true >/dev/null
lower=$("$dklab" inspect -f '{{.GraphDriver.Data.LowerDir}}' export | tail -n 1)
cp -a "${lower%%:*}" "$work/bundle/rootfs"
"$dklab" rm export >/dev/null
for runtime in crun runc; do
  command -v $runtime >/dev/null || continue
  (cd "$work/bundle" && rm -f config.json && $runtime spec &&
    sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"true"/' config.json)
  median "$runtime run" $runtime run --bundle "$work/bundle" "bench-$$"
done
if "$dklab" oci --help >/dev/null 2>&1; then
  median "dklab oci run" "$dklab" oci --root "$work/oci" run --bundle "$work/bundle" "bench-$$"
fi

echo "run a program in a container that runs"
"$dklab" run -d --name target --network none busybox sleep 1000 >/dev/null
median "dklab exec" "$dklab" exec target true
"$dklab" rm -f target >/dev/null
for runtime in crun runc; do
  command -v $runtime >/dev/null || continue
  (cd "$work/bundle" && rm -f config.json && $runtime spec &&
    sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"sleep", "1000"/' config.json)
  $runtime run --detach --bundle "$work/bundle" "bench-$$-exec" </dev/null >/dev/null 2>&1 || continue
  running=$runtime
  median "$runtime exec" $runtime exec "bench-$$-exec" true
  $runtime delete --force "bench-$$-exec" && running=
done
# The same container for our runtime: `dklab exec` above has a record, a journal and a seccomp filter.
if "$dklab" oci --help >/dev/null 2>&1 && [ -e "$work/bundle/config.json" ]; then
  "$dklab" oci --root "$work/oci" run --detach --bundle "$work/bundle" "bench-$$-exec" \
    </dev/null >/dev/null 2>&1
  median "dklab oci exec" "$dklab" oci --root "$work/oci" exec "bench-$$-exec" true
  "$dklab" oci --root "$work/oci" delete --force "bench-$$-exec"
fi

echo "the same with an image, by engines"
if command -v podman >/dev/null; then
  tar -C "$work/bundle/rootfs" -c . | podman --root "$work/podman" import - bench >/dev/null 2>&1 || true
  # Small limits: podman would raise its own, which not every machine allows.
  podman=(podman --root "$work/podman" --events-backend none)
  limits=(--ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --network none)
  median "podman run (no network)" "${podman[@]}" run --rm "${limits[@]}" bench true
fi
if ! docker info >/dev/null 2>&1 && command -v dockerd >/dev/null && [ "$(id -u)" = 0 ]; then
  export DOCKER_HOST=unix://$work/docker.sock
  unshare -n sh -c 'ip link set lo up; exec "$@"' sh dockerd --data-root "$work/docker" \
    --exec-root "$work/docker-run" --pidfile "$work/docker.pid" -H "$DOCKER_HOST" \
    --iptables=false --ip6tables=false >"$work/dockerd.log" 2>&1 &
  dockerd=$!
  for ((i = 0; i < 100; i++)); do docker info >/dev/null 2>&1 && break || sleep 0.2; done
  docker info >/dev/null 2>&1 || echo "  dockerd did not start: $(tail -n 1 "$work/dockerd.log" | cut -c1-120)"
fi
if docker info >/dev/null 2>&1; then
  tar -C "$work/bundle/rootfs" -c . | docker import - dklab-bench >/dev/null
  median "docker run (bridge)" docker run --rm dklab-bench true
  median "docker run (no network)" docker run --rm --network none dklab-bench true
  docker rmi dklab-bench >/dev/null
fi
# The same client, our socket. The client itself takes its share of both.
if command -v docker >/dev/null && [ "$(id -u)" = 0 ]; then
  "$dklab" serve -H "unix://$work/api.sock" >"$work/serve.log" 2>&1 &
  serve=$!
  for ((i = 0; i < 100; i++)); do grep -q DOCKER_HOST "$work/serve.log" && break || sleep 0.1; done
  ours="docker -H unix://$work/api.sock"
  median "docker on dklab serve (bridge)" $ours run --rm busybox true
  median "docker on dklab serve (no network)" $ours run --rm --network none busybox true
  seq 200 | xargs -P 4 -I {} "$dklab" create --name api-{} busybox true >/dev/null
  for path in 'containers/json?all=1' containers/api-100/json; do
    requests=100
    # One connection, one request after the other.
    list=$(printf -- "-o /dev/null http://x/$path %.0s" $(seq $requests))
    start=${EPOCHREALTIME/./}
    curl -s --unix-socket "$work/api.sock" $list
    end=${EPOCHREALTIME/./}
    printf '  GET /%-31s %d a second, with 200 containers\n' "$path" $((requests * 1000000 / (end - start)))
  done
  "$dklab" rm $("$dklab" ps -aq) >/dev/null
  kill "$serve" && wait "$serve" || true
fi
for peer in "bridge" "no network"; do
  ratio "docker on dklab serve ($peer)" "docker run ($peer)"
done
for peer in "crun run" "runc run" "podman run (no network)" "docker run (no network)"; do
  ratio "dklab (no network)" "$peer"
done
for runtime in crun runc; do
  ratio "dklab oci run" "$runtime run"
  ratio "dklab oci exec" "$runtime exec"
  ratio "dklab exec" "$runtime exec"
done
ratio "dklab (bridge)" "docker run (bridge)"
ratio "dklab (bridge)" "dklab (no network)"

# memory LABEL: what an idle container's monitor takes, the mean and the most, in PSS.
memory() {
  local pss=0 count=0 most=0 own pid
  for pid in $(pgrep -f "__monitor $DKLAB_ROOT "); do
    own=$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")
    pss=$((pss + own)) count=$((count + 1))
    [ "$own" -le "$most" ] || most=$own
  done
  [ $count -eq 0 ] || printf '  an idle container'"'"'s monitor: %d kB, at most %d (PSS, %d running)\n' \
    $((pss / count)) $most $count
}

# start FROM TO: that many containers, four at a time.
start() {
  local start=${EPOCHREALTIME/./} end count=$(($2 - $1 + 1))
  seq "$1" "$2" | xargs -P 4 -I {} "$dklab" run -d --name bench-{} busybox sleep 1000 >/dev/null
  end=${EPOCHREALTIME/./}
  printf '  %d more: %d us each, %d a second; listed: %d\n' $count $(((end - start) / count)) \
    $((count * 1000000 / (end - start))) "$("$dklab" ps -q | wc -l)"
}

echo "start $containers detached containers, four at a time"
first=$((containers < 100 ? containers : 100))
start 1 $first
memory
if [ "$containers" -gt "$first" ]; then
  start $((first + 1)) "$containers"
  memory
fi
# conmon is what stands beside a podman container; it is measured the same way.
if command -v conmon >/dev/null && [ -n "${result[podman run (no network)]:-}" ]; then
  "${podman[@]}" run -d --name bench-conmon "${limits[@]}" bench sleep 1000 >/dev/null 2>&1 || true
  pid=$(pgrep -f "conmon.*$work/podman" | head -n 1)
  [ -z "$pid" ] || printf '  conmon: %d kB (PSS, 1 running)\n' \
    "$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")"
  "${podman[@]}" rm -f bench-conmon >/dev/null 2>&1 || true
fi
start=${EPOCHREALTIME/./}
"$dklab" rm -f $("$dklab" ps -aq) >/dev/null
end=${EPOCHREALTIME/./}
printf '  rm -f of all: %d us each; left: %d\n' $(((end - start) / containers)) \
  "$("$dklab" ps -aq | wc -l)"
