#!/usr/bin/env bash
# Measures the Docker Engine API beside dockerd's, where that is installed: `docker run --rm` of the same
# client through either socket, and lists and inspections a second with many containers. dockerd gets a
# network namespace and directories of its own. Installs nothing, leaves nothing. Needs root, the docker
# client and python3.
# Usage: api.sh DKLAB [RUNS] [CONTAINERS]
set -eu
dklab=$(readlink -f "$1")
runs=${2:-20}
containers=${3:-200}
export LC_ALL=C
[ "$(id -u)" = 0 ] || { echo "api.sh: needs root" && exit 0; }
for program in docker python3; do
  command -v $program >/dev/null || { echo "api.sh: needs $program" && exit 0; }
done

work=$(mktemp -d)
export DKLAB_ROOT=$work/root DKLAB_UPLINK=none DKLAB_INSTANCE=bench-$$ DOCKER_CONFIG=$work/client
servers=()
cleanup() {
  if [ -S "$work/docker.sock" ]; then
    DOCKER_HOST=unix://$work/docker.sock docker ps -aq 2>/dev/null |
      DOCKER_HOST=unix://$work/docker.sock xargs -r docker rm -f >/dev/null 2>&1 || true
  fi
  for server in ${servers+"${servers[@]}"}; do
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  done
  "$dklab" system reset --all --yes >/dev/null 2>&1 || true
  rm -rf "$work" 2>/dev/null || true
}
trap cleanup EXIT

# calls.py SOCKET PATH SECONDS: requests a second over one connection, one after the other.
cat >"$work/calls.py" <<'PYTHON'
import http.client, socket, sys, time
class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(sys.argv[1])
connection = Connection("docker")
def call():
    connection.request("GET", sys.argv[2])
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body
count = 0
call()
start = time.monotonic()
while time.monotonic() - start < float(sys.argv[3]):
    call()
    count += 1
print(int(count / (time.monotonic() - start)))
PYTHON

declare -A result
# middle NUMBER...: the median.
middle() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

# engine NAME: the same with the engine that DOCKER_HOST says.
engine() {
  local name=$1 socket=${DOCKER_HOST#unix://} times=() start what path rates
  docker run --rm busybox true
  for ((i = 0; i < runs; i++)); do
    start=${EPOCHREALTIME/./}
    docker run --rm busybox true
    times+=($((${EPOCHREALTIME/./} - start)))
  done
  result[$name/run]=$(middle "${times[@]}")
  printf '  %-34s median of %d: %8d us\n' "$name: docker run --rm" "$runs" "${result[$name/run]}"
  for ((i = 0; i < containers; i++)); do echo "bench-$i"; done |
    xargs -P 4 -I{} docker create --name {} busybox true >/dev/null
  for what in list inspect; do
    path=/containers/json?all=1
    [ $what = list ] || path=/containers/bench-0/json
    rates=()
    for i in 1 2 3; do rates+=("$(python3 "$work/calls.py" "$socket" "$path" 2)"); done
    result[$name/$what]=$(middle "${rates[@]}")
    printf '  %-34s median of 3: %9d a second\n' "$name: $what, $containers containers" \
      "${result[$name/$what]}"
  done
}

# started SOCKET: waits until an engine answers there.
started() {
  for ((i = 0; i < 300; i++)); do
    docker -H "unix://$1" version >/dev/null 2>&1 && return
    sleep 0.1
  done
  return 1
}

echo "the Docker Engine API"
"$dklab" images bootstrap busybox >/dev/null 2>&1
"$dklab" run --rm busybox true
"$dklab" serve -H "unix://$work/dklab.sock" >"$work/dklab.log" 2>&1 &
servers+=($!)
started "$work/dklab.sock" || { tail -n 3 "$work/dklab.log" && exit 1; }
DOCKER_HOST=unix://$work/dklab.sock engine dklab
if command -v dockerd >/dev/null; then
  unshare -n sh -c 'ip link set lo up; exec "$@"' sh dockerd --data-root "$work/docker" \
    --exec-root "$work/docker-run" --pidfile "$work/docker.pid" -H "unix://$work/docker.sock" \
    >"$work/dockerd.log" 2>&1 &
  servers+=($!)
  if started "$work/docker.sock"; then
    "$dklab" save busybox | docker -H "unix://$work/docker.sock" load >/dev/null
    DOCKER_HOST=unix://$work/docker.sock engine dockerd
    awk -v a="${result[dklab/run]}" -v b="${result[dockerd/run]}" \
      'BEGIN { printf "  docker run --rm takes %.3f of dockerd\n", a / b }'
    for what in list inspect; do
      awk -v a="${result[dklab/$what]}" -v b="${result[dockerd/$what]}" -v w=$what \
        'BEGIN { printf "  %s: %.2f times the calls of dockerd\n", w, a / b }'
    done
  else
    echo "  dockerd did not start: $(tail -n 1 "$work/dockerd.log" | cut -c1-120)"
  fi
fi
