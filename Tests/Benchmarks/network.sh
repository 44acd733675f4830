#!/usr/bin/env bash
# Measures the network beside docker's, where dockerd is installed: bytes and round trips through a
# published port and between two containers, and answers of the name server. One TCP echo server for
# all; the clients are the same python program, run where the client would be. Installs nothing, leaves
# nothing. Needs root and python3.
# Usage: network.sh DKLAB [SECONDS]
set -eu
dklab=$(readlink -f "$1")
seconds=${2:-2}
export LC_ALL=C
[ "$(id -u)" = 0 ] || { echo "network.sh: needs root" && exit 0; }
command -v python3 >/dev/null || { echo "network.sh: needs python3" && exit 0; }

work=$(mktemp -d)
export DKLAB_ROOT=$work/root DKLAB_UPLINK=none DKLAB_INSTANCE=bench-$$
dockerd=
cleanup() {
  if [ -n "$dockerd" ]; then
    docker rm -f bench-server bench-client >/dev/null 2>&1 || true
    kill "$dockerd" 2>/dev/null || true
    wait "$dockerd" 2>/dev/null || true
  fi
  "$dklab" system reset --all --yes >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

# client.py KIND HOST PORT SECONDS: one number.
cat >"$work/client.py" <<'PYTHON'
import random, socket, struct, sys, time
kind, host, port, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
if kind == "names":
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(2)
    name = b"".join(bytes([len(l)]) + l for l in sys.argv[5].encode().split(b".")) + b"\0"
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        id = random.randrange(65536)
        s.sendto(struct.pack(">6H", id, 0x100, 1, 0, 0, 0) + name + b"\0\1\0\1", (host, port))
        answer = s.recv(4096)
        assert answer[:2] == struct.pack(">H", id) and answer[7] > 0, answer
        count += 1
    print(int(count / seconds))
    sys.exit()
s = socket.create_connection((host, port), 5)
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
if kind == "latency":
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        s.sendall(b"x")
        s.recv(1)
        times.append(time.monotonic() - start)
    print(int(sorted(times)[len(times) // 2] * 1e6))
else:
    import threading
    block, total = b"x" * 65536, 0
    end = time.monotonic() + seconds
    def feed():
        try:
            while time.monotonic() < end: s.sendall(block)
            s.shutdown(socket.SHUT_WR)
        except OSError: pass
    threading.Thread(target=feed, daemon=True).start()
    start = time.monotonic()
    while True:
        got = s.recv(1 << 20)
        if not got: break
        total += len(got)
    print(int(total / (time.monotonic() - start) / 1e6))
PYTHON

declare -A result
# measure LABEL UNIT PID ARGUMENTS...: runs the client in the network namespace of PID.
measure() {
  local label=$1 unit=$2 pid=$3
  shift 3
  if result[$label]=$(nsenter -t "$pid" -n python3 "$work/client.py" "$@" 2>"$work/error"); then
    printf '  %-38s %8d %s\n' "$label" "${result[$label]}" "$unit"
  else
    unset "result[$label]"
    printf '  %-38s failed: %s\n' "$label" "$(tail -n 1 "$work/error" | cut -c1-80)"
  fi
}

ratio() {
  [ -n "${result[$1]:-}" ] && [ -n "${result[$2]:-}" ] || return 0
  awk -v a="${result[$1]}" -v b="${result[$2]}" -v x="$1" -v y="$2" \
    'BEGIN { printf "  %s: %.2f times %s\n", x, a / b, y }'
}

# engine NAME COMMAND HOST-PID: the same three containers with either.
engine() {
  local name=$1 engine=$2 outside=$3 server client address
  $engine network create bench >/dev/null
  $engine run -d --name bench-server --network bench -p 39007:7 busybox nc -ll -p 7 -e cat >/dev/null
  $engine run -d --name bench-client --network bench busybox sleep 1000 >/dev/null
  client=$($engine inspect -f '{{.State.Pid}}' bench-client)
  address=$($engine inspect -f '{{(index .NetworkSettings.Networks "bench").IPAddress}}' bench-server)
  sleep 0.5
  measure "$name: published port" MB/s "$outside" bytes 127.0.0.1 39007 "$seconds"
  measure "$name: published port, round trip" us "$outside" latency 127.0.0.1 39007 "$seconds"
  measure "$name: between containers" MB/s "$client" bytes "$address" 7 "$seconds"
  measure "$name: between containers, round trip" us "$client" latency "$address" 7 "$seconds"
  # Docker turns this port into one of its own by a rule in the container's packet filter.
  measure "$name: names" answers/s "$client" names 127.0.0.11 53 "$seconds" bench-server
  $engine rm -f bench-server bench-client >/dev/null
  $engine network rm bench >/dev/null
}

"$dklab" images bootstrap busybox >/dev/null 2>&1
"$dklab" run --rm busybox true
engine dklab "$dklab" $$
if command -v dockerd >/dev/null; then
  export DOCKER_HOST=unix://$work/docker.sock
  unshare -n sh -c 'ip link set lo up; exec "$@"' sh dockerd --data-root "$work/docker" \
    --exec-root "$work/docker-run" --pidfile "$work/docker.pid" -H "$DOCKER_HOST" >"$work/dockerd.log" 2>&1 &
  dockerd=$!
  for ((i = 0; i < 100; i++)); do docker info >/dev/null 2>&1 && break || sleep 0.2; done
  if docker info >/dev/null 2>&1; then
    "$dklab" save busybox | docker load >/dev/null
    engine docker docker "$dockerd"
    for what in "published port" "published port, round trip" "between containers" \
      "between containers, round trip" "names"; do
      ratio "dklab: $what" "docker: $what"
    done
  else
    echo "  dockerd did not start: $(tail -n 1 "$work/dockerd.log" | cut -c1-120)"
  fi
fi
