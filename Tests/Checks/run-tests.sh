#!/usr/bin/env bash
# Runs every suite on what `swift build --build-tests` has built, then every lab as root and as an
# ordinary user, and prints totals. Everything it makes is removed; what is left fails the run.
set -u
cd "$(dirname "$0")/../.."
export DKLAB_UPLINK=none DKLAB_OFFLINE=1 LANG=C.UTF-8
binary=$PWD/.build/debug/dklab
work=$(mktemp -d)
chmod 755 "$work"
failed=0
totals=()
failures=()

step() {
  echo
  echo "== $1"
}

step "unit and acceptance tests"
swift test --skip-build 2>&1 | tee "$work/suites" || true
[ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
while IFS= read -r line; do failures+=("$line"); done < <(
  grep -E 'recorded an issue|^.{0,3}Fatal error|error: ' "$work/suites" | cut -c -400 | head -n 20)
totals+=("suites: $(grep -oE 'Test run with [0-9]+ tests.*' "$work/suites" | tail -n 1)")
DKLAB_ROOT=$PWD/.build/acceptance "$binary" system reset --all --yes || failed=1

# labs NAME COMMAND...: base images, every lab, and nothing left; COMMAND runs dklab as somebody.
labs() {
  local name=$1 status
  shift
  step "labs, $name"
  "$@" images bootstrap --quick || failed=1
  "$@" lab test 2>&1 | tee "$work/labs"
  status=${PIPESTATUS[0]}
  [ "$status" -eq 0 ] || failed=1
  while IFS= read -r line; do failures+=("$name: $line"); done < <(
    grep -A 3 '^FAIL' "$work/labs" | cut -c -400 | head -n 20)
  totals+=("labs, $name: $(tail -n 1 "$work/labs")")
  "$@" system reset --all --yes || failed=1
}

if [ "$(id -u)" = 0 ]; then
  labs "as root" env DKLAB_ROOT="$work/root" "$binary"
  # Some id that is nobody's: no entry in /etc/passwd, no subordinate ids, the hardest case.
  mkdir "$work/user" && cp "$binary" "$work/user/dklab" && cp -R Labs "$work/user/Labs"
  chown -R 54321:54321 "$work/user"
  if setpriv --reuid 54321 --regid 54321 --clear-groups unshare -U true 2>/dev/null; then
    labs "as an ordinary user" setpriv --reuid 54321 --regid 54321 --clear-groups \
      env HOME="$work/user" DKLAB_ROOT="$work/user/root" DKLAB_LABS="$work/user/Labs" "$work/user/dklab"
  else
    totals+=("labs, as an ordinary user: skipped, this kernel lets no user make namespaces")
  fi
else
  labs "as this user" env DKLAB_ROOT="$work/root" "$binary"
fi
[ -e "$work/root" ] && echo "left behind: $work/root" && failed=1
rm -rf "$work"

step "totals"
[ $failed -eq 0 ] || printf 'failure: %s\n' "${failures[@]}"
printf '%s\n' "${totals[@]}"
[ $failed -eq 0 ] && echo "all tests passed" || echo "some tests failed"
exit $failed
