#!/usr/bin/env bash
# Measures `compose up -d` of projects of 1, 10 and 50 services, the same again with nothing to do, and
# `down`, beside docker compose or docker-compose with a dockerd of its own, and podman-compose,
# whichever is installed. Installs nothing, leaves nothing.
# Usage: compose.sh DKLAB [RUNS]
set -eu
dklab=$(readlink -f "$1")
runs=${2:-3}
export LC_ALL=C
work=$(mktemp -d)
export DKLAB_ROOT=$work/root DKLAB_UPLINK=none DKLAB_INSTANCE=bench-$$
dockerd=
cleanup() {
  "$dklab" system reset --all --yes >/dev/null 2>&1 || true
  if [ -n "$dockerd" ]; then
    kill "$dockerd" 2>/dev/null || true
    wait "$dockerd" 2>/dev/null || true
  fi
  rm -rf "$work" 2>/dev/null || true
}
trap cleanup EXIT

# project COUNT: a compose file with that many services, the first of which all others wait for.
project() {
  mkdir -p "$work/p$1"
  {
    echo 'version: "3"'
    echo "services:"
    for ((i = 1; i <= $1; i++)); do
      echo "  s$i:"
      echo "    image: busybox"
      echo "    command: sleep 1000"
      echo "    stop_signal: SIGKILL"
      [ "$i" = 1 ] || echo "    depends_on: [s1]"
    done
  } >"$work/p$1/docker-compose.yml"
}

declare -A times result
# once TOOL COUNT WHAT COMMAND...: notes the milliseconds of one run.
once() {
  local tool=$1 count=$2 what=$3 start
  shift 3
  start=${EPOCHREALTIME/./}
  if ! (cd "$work/p$count" && "$@") >"$work/out" 2>&1; then
    printf '  %-16s %3d services  %-14s failed: %s\n' "$tool" "$count" "$what" \
      "$(tail -n 1 "$work/out" | cut -c1-80)"
    return
  fi
  times[$tool/$count/$what]+=" $(((${EPOCHREALTIME/./} - start) / 1000))"
}

# report TOOL COUNT WHAT: the median of what was noted.
report() {
  local key=$1/$2/$3 list
  read -ra list <<<"${times[$key]:-}"
  [ ${#list[@]} -gt 0 ] || return 0
  result[$key]=$(printf '%s\n' "${list[@]}" | sort -n | sed -n "$(((${#list[@]} + 1) / 2))p")
  printf '  %-16s %3d services  %-14s median of %d: %6d ms\n' "$1" "$2" "$3" ${#list[@]} \
    "${result[$key]}"
}

# tool NAME COMMAND...: the whole sequence with one compose.
tool() {
  local name=$1 count
  shift
  for count in 1 10 50; do
    for ((run = 0; run < runs; run++)); do
      once "$name" $count "up -d" "$@" up -d
      once "$name" $count "up -d again" "$@" up -d
      once "$name" $count "down" "$@" down
    done
    for what in "up -d" "up -d again" "down"; do report "$name" $count "$what"; done
  done
}

for count in 1 10 50; do project $count; done
"$dklab" images bootstrap busybox >/dev/null 2>&1
"$dklab" run --rm busybox true

echo "projects of 1, 10 and 50 services"
tool dklab "$dklab" compose --progress plain

others=()
if command -v dockerd >/dev/null && [ "$(id -u)" = 0 ]; then
  export DOCKER_HOST=unix://$work/docker.sock
  # A network namespace of its own, so that its rules are not the host's.
  unshare -n sh -c 'ip link set lo up; exec "$@"' sh dockerd --data-root "$work/docker" \
    --exec-root "$work/docker-run" --pidfile "$work/docker.pid" -H "$DOCKER_HOST" >"$work/dockerd.log" 2>&1 &
  dockerd=$!
  for ((i = 0; i < 100; i++)); do docker info >/dev/null 2>&1 && break || sleep 0.2; done
  if docker info >/dev/null 2>&1; then
    "$dklab" save busybox | docker load >/dev/null
    if docker compose version >/dev/null 2>&1; then
      tool "docker compose" docker compose
      others+=("docker compose")
    elif command -v docker-compose >/dev/null; then
      tool docker-compose docker-compose
      others+=(docker-compose)
    fi
  else
    echo "  dockerd did not start: $(tail -n 1 "$work/dockerd.log" | cut -c1-120)"
  fi
fi

for other in ${others+"${others[@]}"}; do
  for count in 1 10 50; do
    for what in "up -d" "up -d again" "down"; do
      ours=${result[dklab/$count/$what]:-} theirs=${result[$other/$count/$what]:-}
      [ -n "$ours" ] && [ -n "$theirs" ] || continue
      awk -v a="$ours" -v b="$theirs" -v c="$count" -v w="$what" -v o="$other" \
        'BEGIN { printf "  %s of %d services: %.3f of %s\n", w, c, a / b, o }'
    done
  done
done
