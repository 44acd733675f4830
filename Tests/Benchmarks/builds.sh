#!/usr/bin/env bash
# Measures builds beside docker's builder (BuildKit where docker has buildx, else the classic one) and
# buildah, whichever is installed: a small Dockerfile with four RUN, cold and fully cached. Prints
# medians and ratios. A dockerd of its own is started for this. Installs nothing, leaves nothing.
# Usage: builds.sh DKLAB [RUNS]
set -eu
dklab=$(readlink -f "$1")
runs=${2:-5}
export LC_ALL=C

if [ "$(id -u)" = 0 ] && [ -z "${DKLAB_BENCH_NAMESPACE:-}" ]; then
  export DKLAB_BENCH_NAMESPACE=1
  exec unshare -m -n "$0" "$@"
fi

work=$(mktemp -d)
export DKLAB_ROOT=$work/root DKLAB_UPLINK=none DKLAB_INSTANCE=bench-$$
dockerd=
cleanup() {
  if [ -n "$dockerd" ]; then
    kill "$dockerd" 2>/dev/null || true
    wait "$dockerd" 2>/dev/null || true
  fi
  "$dklab" system reset --all --yes >/dev/null 2>&1 || true
  umount "$work/buildah/overlay" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

# median LABEL COMMAND...: microseconds, after one run that does not count.
declare -A result
median() {
  local label=$1 times=() start end
  shift
  if ! "$@" >"$work/out" 2>&1; then
    printf '  %-34s failed: %s\n' "$label" "$(tail -n 1 "$work/out" | cut -c1-100)"
    return
  fi
  for ((i = 0; i < runs; i++)); do
    start=${EPOCHREALTIME/./}
    "$@" >/dev/null 2>&1
    end=${EPOCHREALTIME/./}
    times+=($((end - start)))
  done
  result[$label]=$(printf '%s\n' "${times[@]}" | sort -n | sed -n "$((runs / 2 + 1))p")
  printf '  %-34s median of %d: %7d us\n' "$label" "$runs" "${result[$label]}"
}

ratio() {
  [ -n "${result[$1]:-}" ] && [ -n "${result[$2]:-}" ] || return 0
  awk -v a="${result[$1]}" -v b="${result[$2]}" -v x="$1" -v y="$2" \
    'BEGIN { printf "  %s takes %.2f of %s\n", x, a / (b ? b : 1), y }'
}

ip link set lo up 2>/dev/null || true
"$dklab" images bootstrap busybox >/dev/null 2>&1
"$dklab" pull -q busybox >/dev/null
"$dklab" save -o "$work/base.tar" busybox
mkdir "$work/context"
echo hello >"$work/context/app.txt"
cat >"$work/context/Dockerfile" <<'END'
FROM busybox
RUN echo 1 > /one
RUN mkdir -p /two && touch /two/file
COPY app.txt /app/
RUN cat /app/app.txt > /three
RUN rm /one
CMD ["cat", "/three"]
END

echo "a build with four RUN"
build=(build --network=none -t bench "$work/context")
median "dklab, cold" "$dklab" "${build[@]}" --no-cache
median "dklab, cached" "$dklab" "${build[@]}"

# Whichever it is, it needs no network; the daemon lives in directories of its own.
if command -v dockerd >/dev/null && command -v docker >/dev/null && [ "$(id -u)" = 0 ]; then
  export DOCKER_HOST=unix://$work/docker.sock DOCKER_CONFIG=$work/docker-config
  mkdir "$work/docker-config" && echo "{}" >"$work/docker-config/config.json"
  dockerd --data-root "$work/docker" --exec-root "$work/docker-run" --pidfile "$work/docker.pid" \
    -H "$DOCKER_HOST" --bridge=none --iptables=false >"$work/dockerd.log" 2>&1 &
  dockerd=$!
  for _ in $(seq 100); do docker version >/dev/null 2>&1 && break; sleep 0.2; done
  if docker load -i "$work/base.tar" >/dev/null 2>&1; then
    # The daemon has BuildKit inside; a client before version 23 speaks to it by itself, a later one
    # through the plugin buildx.
    for client in docker /usr/bin/docker; do
      major=$($client version -f '{{.Client.Version}}' 2>/dev/null | cut -d. -f1)
      if $client buildx version >/dev/null 2>&1 || [ "${major:-99}" -lt 23 ]; then
        export DOCKER_BUILDKIT=1
        median "BuildKit, cold" $client "${build[@]}" --no-cache
        median "BuildKit, cached" $client "${build[@]}"
        break
      fi
    done
    export DOCKER_BUILDKIT=0
    median "docker, cold" docker "${build[@]}" --no-cache
    median "docker, cached" docker "${build[@]}"
  else
    echo "  dockerd did not start: $(tail -n 1 "$work/dockerd.log" | cut -c1-100)"
  fi
fi

if command -v buildah >/dev/null; then
  buildah=(buildah --root "$work/buildah" --runroot "$work/buildah-run" --storage-driver overlay)
  if "${buildah[@]}" pull -q "docker-archive:$work/base.tar" >"$work/out" 2>&1; then
    context=(build --isolation chroot --network host --pull-never --layers -t bench)
    median "buildah, cold" "${buildah[@]}" "${context[@]}" --no-cache "$work/context"
    median "buildah, cached" "${buildah[@]}" "${context[@]}" "$work/context"
  else
    echo "  buildah cannot pull an archive: $(tail -n 1 "$work/out" | cut -c1-100)"
  fi
fi

for other in BuildKit docker buildah; do
  ratio "dklab, cold" "$other, cold"
  ratio "dklab, cached" "$other, cached"
done
