#!/usr/bin/env bash
# What the compiler does not check: formatting, import directions, file sizes, anchors.
# Prints every finding and fails if there was one.
set -u
cd "$(dirname "$0")/../.."
findings=0
find_problem() {
  echo "$1"
  findings=$((findings + 1))
}

# 1. Formatting and lint.
if ! output=$(swift format lint --strict -r Sources Tests Package.swift 2>&1); then
  find_problem "$output"
fi

# 2. Import directions: a target imports only what its line in Package.swift names.
manifest=$(tr '\n' ' ' <Package.swift)
targets=" $(ls Sources | tr '\n' ' ') "
for target in $(ls Sources); do
  declaration=$(grep -oE "(library\(|name:) *\"$target\",( dependencies:)? *\[[^]]*\]" <<<"$manifest" | head -n 1)
  allowed=" $target $(grep -oE '"[A-Za-z]+"' <<<"${declaration#*\[}" | tr -d '"' | tr '\n' ' ')"
  while IFS=: read -r file line import; do
    module=$(awk '{print $NF}' <<<"$import")
    case "$targets" in *" $module "*) ;; *) continue ;; esac
    case "$allowed" in
      *" $module "*) ;;
      *) find_problem "$file:$line: $target may not import $module (see Package.swift)" ;;
    esac
  done < <(grep -rnE '^(@[a-z_]+ )?(public |package |internal )?import [A-Z][A-Za-z]*$' --include='*.swift' "Sources/$target")
done
while IFS=: read -r file line _; do
  find_problem "$file:$line: import FoundationEssentials, not Foundation: it costs every start"
done < <(grep -rnE '^import Foundation$' --include='*.swift' Sources)

# 3. File sizes: over 400 lines nobody reads a file from top to bottom.
while read -r file; do
  lines=$(wc -l <"$file")
  [ "$lines" -gt 400 ] && find_problem "$file: $lines lines (at most 400)"
done < <(find Sources -name '*.swift' -o -name '*.c')

# 4. Anchors: every `// lab: NAME` in the sources is cited by a lab or a course page, and the other
# way round.
anchors=$(grep -rhoE '// lab: [a-z0-9-]+' --include='*.swift' Sources | sed 's|// lab: ||' | sort)
cited=$(grep -rhoE '`lab: [a-z0-9-]+`' --include='*.md' Labs Courseware | sed -E 's/`lab: (.*)`/\1/' | sort -u)
for name in $(uniq -d <<<"$anchors"); do find_problem "anchor lab: $name stands in more than one place"; done
for name in $(comm -23 <(sort -u <<<"$anchors") <(echo "$cited")); do
  find_problem "orphan anchor: lab: $name is cited nowhere in Labs or Courseware"
done
for name in $(comm -13 <(sort -u <<<"$anchors") <(echo "$cited")); do
  find_problem "dangling anchor: lab: $name is cited but stands nowhere in Sources"
done

# 5. Unfinished work must be visible as a disabled test, not as a comment.
while IFS= read -r hit; do find_problem "$hit"; done < <(
  grep -rnwE 'TODO|FIXME|XXX' --include='*.swift' --include='*.c' Sources Tests | grep -v 'Tests/Checks' | head -n 20)

if [ $findings -gt 0 ]; then
  echo "make check: $findings findings" >&2
  exit 1
fi
echo "make check: nothing to report"
