#!/bin/sh
# Runs what was put into /docker-entrypoint.d before nginx starts, in the order of the names.
set -e
if [ "$1" = nginx ] || [ "$1" = nginx-debug ]; then
  for script in /docker-entrypoint.d/*; do
    [ -e "$script" ] || continue
    case "$script" in
      *.envsh) [ ! -x "$script" ] || . "$script" ;;
      *.sh) [ ! -x "$script" ] || "$script" ;;
      *) echo "$0: ignoring $script" ;;
    esac
  done
fi
exec "$@"
