#!/usr/bin/env bash
# Measures grading: so many submissions of Day 44, all steps solved, by wall clock beside the budget of
# two minutes for a hundred on two processors, with the memory of all processes of the run; then the
# same again with a kill -9 in the middle. Leaves nothing.
# Usage: grade.sh DKLAB [SUBMISSIONS]
set -eu
dklab=$(readlink -f "$1")
count=${2:-100}
export LC_ALL=C DKLAB_LANG=en
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
chmod 755 "$work"
export DKLAB_ROOT=$work/root DKLAB_LABS=$PWD/Labs DKLAB_UPLINK=none DKLAB_OFFLINE=1
cleanup() {
  "$dklab" system reset --all --yes >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

# The kit solves the lab five times, each time with other values; students share these.
"$dklab" images bootstrap --quick >/dev/null 2>&1
mkdir "$work/in"
steps=$(sed -n 's/^## .*{#\([a-z0-9-]*\).*/\1/p' Labs/day44-images/lab.md)
for ((lab = 0; lab < 5; lab++)); do
  "$dklab" lab start --no-shell day44 >/dev/null
  for step in $steps; do "$dklab" lab solve --lab day44 "$step" >/dev/null; done
  for ((student = lab; student < count; student += 5)); do
    "$dklab" lab submit --lab day44 --student "s$student" -o "$work/in/s$student.dklab-work" >/dev/null
  done
  "$dklab" lab reset --yes day44 >/dev/null
done
echo "$count submissions of day44, $(nproc) processors"

grade() { "$dklab" grade "$work/in" --lab day44 -o "$work/$1" -q >/dev/null 2>"$work/error"; }

# resident PID: KiB of a process and everything below it. Pages that several share count for each.
resident() {
  ps -eo pid=,ppid=,rss= | awk -v root="$1" '
    { parent[$1] = $2; size[$1] = $3 }
    END { for (p in size) { q = p; while (q > 1 && q != root) q = parent[q]; if (q == root) sum += size[p] }
          print sum + 0 }'
}

start=${EPOCHREALTIME/./}
grade whole &
pid=$!
peak=0
while kill -0 "$pid" 2>/dev/null; do
  now=$(resident "$pid")
  [ "$now" -le "$peak" ] || peak=$now
  sleep 0.5
done
wait "$pid" || { cat "$work/error"; exit 1; }
whole=$(((${EPOCHREALTIME/./} - start) / 1000))
awk -v ms=$whole -v n="$count" -v peak="$peak" 'BEGIN {
  budget = 120000 * n / 100
  printf "  grading all            %7.1f s, %.2f of %.0f s\n", ms / 1000, ms / budget, budget / 1000
  printf "  one submission         %7.2f s\n", ms / 1000 / n
  printf "  memory, most at a time %7.0f MiB, all processes together\n", peak / 1024 }'

# known FOLDER: how many results are kept, and a fingerprint of when each was made.
known() {
  python3 - "$work/$1/results.db" <<'PYTHON'
import sqlite3, sys, hashlib
try:
    rows = sqlite3.connect(sys.argv[1]).execute("SELECT file, result FROM results ORDER BY file").fetchall()
except sqlite3.OperationalError:
    rows = []
for file, result in rows:
    print(file, hashlib.sha256(result.encode()).hexdigest())
PYTHON
}
grade killed &
pid=$!
while kill -0 "$pid" 2>/dev/null && [ "$(known killed | wc -l)" -lt $((count / 2)) ]; do sleep 0.2; done
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
known killed >"$work/before"
start=${EPOCHREALTIME/./}
grade killed || { cat "$work/error"; exit 1; }
rest=$(((${EPOCHREALTIME/./} - start) / 1000))
known killed >"$work/after"
lost=$((count - $(wc -l <"$work/after")))
again=$(comm -23 "$work/before" "$work/after" | wc -l)
echo "  after kill -9 at $(wc -l <"$work/before") of $count: $((rest / 1000)) s for the rest, $lost lost, $again graded twice"
python3 - "$work/whole/results.json" "$work/killed/results.json" <<'PYTHON'
import json, sys
def verdicts(path):
    return {s["file"]: [(c["step"], c["check"], c["verdict"]) for c in s["checks"]]
            for s in json.load(open(path))["submissions"]}
one, two = map(verdicts, sys.argv[1:])
other = [name for name in one if one[name] != two.get(name)]
failed = [name for name in one if any(v != "pass" for _, _, v in one[name])]
print(f"  verdicts that differ between the runs: {len(other)}; submissions with a failed check: {len(failed)}")
sys.exit(1 if other or failed else 0)
PYTHON
[ "$lost" = 0 ] && [ "$again" = 0 ]
