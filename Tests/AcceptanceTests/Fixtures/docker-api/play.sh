#!/usr/bin/env bash
# Plays the command lines of `commands` against the engine that DOCKER_HOST names, in a folder of its
# own, and prints each with its output and exit status. What differs from run to run is masked: ids,
# times, sizes, process ids.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export DOCKER_CONFIG=$folder/config DOCKER_CLI_HINTS=false DOCKER_BUILDKIT=0 LC_ALL=C TERM=xterm

mask() {
  sed -E \
    -e 's/[0-9a-f]{64}/ID/g' -e 's/\b[0-9a-f]{12}\b/SHORTID/g' \
    -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)/TIME/g' \
    -e 's/(Up )?(Less than a second|About an? [a-z]+|[0-9]+ (seconds?|minutes?|hours?))( ago)?/AGE/g' \
    -e 's/\b[0-9.]+ ?(B|kB|MB|GB|KiB|MiB|GiB)\b/SIZE/g' \
    -e 's/^( *)[0-9]+( +[a-z])/\1PID\2/' \
    -e '/^(DEPRECATED: The legacy builder|  *BuildKit is currently disabled|  *environment-variable\.)/d' \
    -e 's/\r$//'
}

while IFS= read -r line; do
  case $line in '' | '#'*) continue ;; esac
  printf '$ %s\n' "$line"
  timeout 60 bash -c "$line" >out 2>&1 </dev/null
  status=$?
  mask <out
  [ -z "$(tail -c 1 out | tr -d '\n')" ] || echo
  printf '[%s]\n' "$status"
done <"$here/commands"
