#!/usr/bin/env bash
# Measures what a student waits for in the labs, and prints each median beside its budget: starting a
# lab, checking all of it, standing at the start of each step, going back, the prompt. Leaves nothing.
# Usage: labs.sh DKLAB [RUNS]
set -eu
dklab=$(readlink -f "$1")
runs=${2:-5}
export LC_ALL=C DKLAB_LANG=en
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
export DKLAB_ROOT=$work/root DKLAB_LABS=$PWD/Labs DKLAB_UPLINK=none
cleanup() {
  "$dklab" system reset --all --yes >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

over=0
# once COMMAND...: milliseconds of one run. A check that fails has been measured all the same.
once() {
  local start=${EPOCHREALTIME/./}
  "$@" >/dev/null 2>"$work/error" || true
  echo $(((${EPOCHREALTIME/./} - start) / 1000))
}
# report LABEL BUDGET TIME...: the median beside the budget, both in milliseconds.
report() {
  local label=$1 budget=$2 median
  shift 2
  median=$(printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p")
  [ "$median" -le "$budget" ] || over=$((over + 1))
  awk -v l="$label" -v m="$median" -v b="$budget" -v n=$# \
    'BEGIN { printf "  %-38s median of %d: %5d ms, %.2f of %d ms\n", l, n, m, m / b, b }'
}
# measure LABEL BUDGET COMMAND...: the same, over all runs.
measure() {
  local label=$1 budget=$2 times=()
  shift 2
  for ((i = 0; i < runs; i++)); do times+=("$(once "$@")"); done
  report "$label" "$budget" "${times[@]}"
}

"$dklab" images bootstrap --quick >/dev/null 2>&1
for lab in $("$dklab" lab list | awk 'NR > 1 { print $1 }'); do
  echo "lab $lab"
  times=()
  for ((i = 0; i < runs; i++)); do
    times+=("$(once "$dklab" lab start --no-shell "$lab")")
    [ $i = $((runs - 1)) ] || "$dklab" lab reset --yes "$lab" >/dev/null
  done
  report "start" 1000 "${times[@]}"
  steps=$("$dklab" lab status --lab "$lab" | grep -cE '^[> ] [0-9]+\. ')
  for ((step = 1; step <= steps; step++)); do
    measure "goto $step of $steps" 1000 "$dklab" lab goto --yes --lab "$lab" "$step"
  done
  measure "undo the last step" 1000 "$dklab" lab undo --yes --lab "$lab"
  "$dklab" lab solve --lab "$lab" >/dev/null
  measure "check all $steps steps" 200 "$dklab" lab check --all --lab "$lab"
  measure "prompt" 100 "$dklab" lab status --prompt --lab "$lab"
  measure "lint" 200 "$dklab" lab lint Labs/"$lab"*
  times=()
  for ((i = 0; i < runs; i++)); do
    "$dklab" lab start --no-shell "$lab" >/dev/null
    times+=("$(once "$dklab" lab reset --yes "$lab")")
  done
  report "reset" 1000 "${times[@]}"
done
echo "over budget: $over"
