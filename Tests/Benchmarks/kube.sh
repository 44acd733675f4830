#!/usr/bin/env bash
# Measures a cluster: the time until its node is Ready, what it costs when idle, pods, reads, writes and
# watchers, each beside its budget. The budgets of pods and writes come from a tenth to a half of what a
# usual single-machine cluster takes (0.99 s a pod, 4.9 s for 30, 5.8 ms a ConfigMap). Leaves nothing.
# Usage: kube.sh DKLAB [RUNS]
set -eu
dklab=$(readlink -f "$1")
runs=${2:-5}
here=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C DKLAB_LANG=en
for program in kubectl python3; do
  command -v $program >/dev/null || { echo "kube: skipped, needs $program"; exit 0; }
done
work=$(mktemp -d)
export DKLAB_ROOT=$work/root DKLAB_UPLINK=none KUBECONFIG=$work/config
cleanup() {
  "$dklab" kube rm bench >/dev/null 2>&1 || true
  "$dklab" system reset --all --yes >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

load() { python3 "$here/kube-load.py" "$KUBECONFIG" "$@"; }
# report LABEL FOUND BUDGET UNIT
report() {
  awk -v l="$1" -v f="$2" -v b="$3" -v u="$4" \
    'BEGIN { printf "  %-44s %9.1f %-3s %5.2f of %s %s\n", l, f, u, f / b, b, u }'
}
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
# The processes of this cluster.
ours() { grep -lsza "^DKLAB_ROOT=$work/root$" /proc/[0-9]*/environ | cut -d/ -f3; }
ticks() { for pid in $(ours); do awk '{ print $14 + $15 }' "/proc/$pid/stat" 2>/dev/null; done | awk '{ s += $1 } END { print s }'; }
proportional() { for pid in $(ours); do awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null; done | awk '{ s += $1 } END { printf "%.1f", s / 1024 }'; }

"$dklab" images bootstrap --quick >/dev/null 2>&1
echo "a cluster of one node"
times=()
for ((i = 0; i < runs; i++)); do
  [ $i = 0 ] || "$dklab" kube rm bench >/dev/null
  start=${EPOCHREALTIME/./}
  "$dklab" kube up --name bench >/dev/null
  load ready
  times+=($(((${EPOCHREALTIME/./} - start) / 1000)))
done
report "kube up until Ready, median of $runs" "$(median "${times[@]}")" 1000 ms
sleep 5
before=$(ticks)
sleep 20
after=$(ticks)
report "memory when idle (PSS)" "$(proportional)" 100 MB
report "processor when idle, of one core" \
  "$(awk -v t=$((after - before)) -v h="$(getconf CLK_TCK)" 'BEGIN { print 100 * t / h / 20 }')" 1 "%"
report "a pod, create to Ready, median of 20" "$(load pods 20)" 150 ms
report "30 pods at once" "$(load burst 30)" 1500 ms
report "100 pods at once" "$(load burst 100)" 5000 ms
report "ConfigMap create, median of 300" "$(load writes 300)" 3 ms
read -r gets lists <<<"$(load reads 500)"
printf '  %-44s %9.1f a second; lists %.1f a second\n' "reads on one connection" "$gets" "$lists"
printf '  %-44s %9.1f ms until the last\n' "a write seen by 100 watchers" "$(load watch 100)"
printf '  %-44s %9.1f ms until all are ready\n' "1000 pods on 10 simulated nodes" "$(load simulated 1000)"
