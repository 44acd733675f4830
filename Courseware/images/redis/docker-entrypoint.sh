#!/bin/sh
# `redis-server`, options or a configuration file as the command: a server that other containers
# reach, as the user redis.
set -e
case "$1" in -* | *.conf) set -- redis-server "$@" ;; esac
if [ "$1" = redis-server ]; then
  [ $# -gt 1 ] || set -- "$@" --bind '* -::*' --protected-mode no
  if [ "$(id -u)" = 0 ] && chown -R redis:redis . 2>/dev/null \
    && setpriv --reuid redis --regid redis --clear-groups true 2>/dev/null; then
    exec setpriv --reuid redis --regid redis --clear-groups "$@"
  fi
fi
exec "$@"
