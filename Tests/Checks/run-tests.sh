#!/usr/bin/env bash
# Runs every suite on what `swift build --build-tests` has built, then every lab as root and as an
# ordinary user, and prints totals. Everything it makes is removed; what is left fails the run.
#
# A few failures (at most RETRIES) are tried once more, alone: what fails again is broken, what passes
# then is unsteady. The run passes with it, but names it in the totals, to be mended like any defect.
set -u -o pipefail
cd "$(dirname "$0")/../.."
export DKLAB_UPLINK=none DKLAB_OFFLINE=1 LANG=C.UTF-8
binary=$PWD/.build/debug/dklab
work=$(mktemp -d)
chmod 755 "$work"
failed=0
totals=()
failures=()
unsteady=()
RETRIES=6
# Every lab is solved with the values of so many seeds, shared out among those who run the labs; each run of
# all of them has two of its own, which makes twenty. SEED says where they begin: the same ones in each run,
# so that a run that fails can be had again, unless somebody wants others.
SEEDS=16
SEED=${SEED:-1}

step() {
  echo
  echo "== $1"
}

# again TEST: whether TEST, as `Target.Suite/function`, passes when nothing runs beside it.
again() {
  local name=${1//./\\.}
  swift test --skip-build --filter "^${name//[()]/.}" >"$work/again" 2>&1 \
    && grep -qE 'Test run with [1-9][0-9]* tests? .*passed' "$work/again"
}

step "unit and acceptance tests"
if ! swift test --skip-build --xunit-output "$work/xunit.xml" 2>&1 | tee "$work/suites"; then
  mapfile -t broken < <(Tests/Checks/failed-tests.py "$work/xunit-swift-testing.xml")
  if [ ${#broken[@]} -eq 0 ] || [ ${#broken[@]} -gt $RETRIES ]; then
    failed=1
  else
    for name in "${broken[@]}"; do
      echo "once more, alone: $name"
      if again "$name"; then unsteady+=("$name"); else failed=1 && tail -n 40 "$work/again"; fi
    done
  fi
fi
while IFS= read -r line; do failures+=("$line"); done < <(
  grep -E 'recorded an issue|^.{0,3}Fatal error|error: ' "$work/suites" | cut -c -400 | head -n 20)
totals+=("suites: $(grep -oE 'Test run with [0-9]+ tests.*' "$work/suites" | tail -n 1)")
DKLAB_ROOT=$PWD/.build/acceptance "$binary" system reset --all --yes || failed=1

# labs_again NAME COMMAND...: whether the labs that failed pass once more, with the same seed.
labs_again() {
  local name=$1 seed broken
  shift
  seed=$(sed -n 's/^seed //p' "$work/labs" | head -n 1)
  mapfile -t broken < <(sed -n 's/^FAIL \([^ ]*\).*/\1/p' "$work/labs" | sort -u)
  [ -n "$seed" ] && [ "$(grep -c '^FAIL' "$work/labs")" -le $RETRIES ] && [ ${#broken[@]} -gt 0 ] || return 1
  for lab in "${broken[@]}"; do
    echo "once more: $lab"
    "$@" lab test --seed "$seed" --quiet "$lab" || return 1
    unsteady+=("$name: $(grep "^FAIL $lab" "$work/labs" | cut -c 6- | paste -sd ',')")
  done
}

# solve NAME SEEDS COMMAND...: every lab with its own solutions, with the values of the next SEEDS seeds.
solve() {
  local name=$1 seeds=$2 broken
  shift 2
  step "labs, $name, solved with seeds $SEED to $((SEED + seeds - 1))"
  if ! "$@" lab test --solve --seeds "$seeds" --seed "$SEED" --quiet 2>&1 | tee "$work/solved"; then
    while IFS= read -r line; do failures+=("$name, solved: $line"); done < <(
      grep -A 9 '^FAIL' "$work/solved" | cut -c -400 | head -n 20)
    mapfile -t broken < <(sed -n 's/^FAIL \([^ ]*\).*/\1/p' "$work/solved" | sort -u)
    [ ${#broken[@]} -gt 0 ] && [ ${#broken[@]} -le $RETRIES ] || failed=1
    for lab in "${broken[@]}"; do
      echo "once more: $lab"
      if "$@" lab test --solve --seeds "$seeds" --seed "$SEED" --quiet "$lab"; then
        unsteady+=("$name, solved: $lab")
      else
        failed=1
      fi
    done
  fi
  totals+=("labs, $name, solved: $(tail -n 1 "$work/solved")")
  SEED=$((SEED + seeds))
}

# labs NAME SEEDS COMMAND...: base images, every lab, and nothing left; COMMAND runs dklab as somebody.
labs() {
  local name=$1 seeds=$2 status
  shift 2
  step "labs, $name"
  "$@" images bootstrap --quick || failed=1
  "$@" lab test 2>&1 | tee "$work/labs"
  status=${PIPESTATUS[0]}
  [ "$status" -eq 0 ] || labs_again "$name" "$@" || failed=1
  while IFS= read -r line; do failures+=("$name: $line"); done < <(
    grep -A 9 '^FAIL' "$work/labs" | cut -c -400 | head -n 20)
  totals+=("labs, $name: $(tail -n 1 "$work/labs")")
  solve "$name" "$seeds" "$@"
  "$@" system reset --all --yes || failed=1
}

ordinary=(setpriv --reuid 54321 --regid 54321 --clear-groups)
if [ "$(id -u)" = 0 ]; then
  share=$((SEEDS / 2))
  "${ordinary[@]}" unshare -U true 2>/dev/null || share=$SEEDS
  labs "as root" "$share" env DKLAB_ROOT="$work/root" "$binary"
  # Some id that is nobody's: no entry in /etc/passwd, no subordinate ids, the hardest case.
  mkdir "$work/user" && cp "$binary" "$work/user/dklab" && cp -R Labs "$work/user/Labs"
  chown -R 54321:54321 "$work/user"
  if [ "$share" -lt "$SEEDS" ]; then
    labs "as an ordinary user" $((SEEDS - share)) "${ordinary[@]}" \
      env HOME="$work/user" DKLAB_ROOT="$work/user/root" DKLAB_LABS="$work/user/Labs" "$work/user/dklab"
  else
    totals+=("labs, as an ordinary user: skipped, this kernel lets no user make namespaces")
  fi
else
  labs "as this user" "$SEEDS" env DKLAB_ROOT="$work/root" "$binary"
fi
[ -e "$work/root" ] && echo "left behind: $work/root" && failed=1
rm -rf "$work"

step "totals"
[ ${#unsteady[@]} -eq 0 ] || printf 'unsteady, passed when tried again: %s\n' "${unsteady[@]}"
[ $failed -eq 0 ] || printf 'failure: %s\n' "${failures[@]}"
printf '%s\n' "${totals[@]}"
[ $failed -eq 0 ] && echo "all tests passed" || echo "some tests failed"
exit $failed
