#!/bin/bash
# The contract of the image mysql:5.7, kept by MariaDB.
#
#   MYSQL_ROOT_PASSWORD          one of these three has to be given, or there is no server
#   MYSQL_ALLOW_EMPTY_PASSWORD
#   MYSQL_RANDOM_ROOT_PASSWORD
#   MYSQL_ROOT_HOST              where root may come from (%)
#   MYSQL_DATABASE               a database to make
#   MYSQL_USER MYSQL_PASSWORD    an account that owns it
#   NAME_FILE                    for each of them: the file that holds the value
#   START_DELAY                  seconds to wait before anything listens, for lessons about readiness
#
# A volume that has a database already is served as it is: the variables count only the first time.
set -eo pipefail

data=/var/lib/mysql
socket=/run/mysqld/mysqld.sock

say() { echo "$(date -u +'%Y-%m-%d %H:%M:%S+00:00') [$1] [Entrypoint]: $2"; }
note() { say Note "$1"; }
fail() {
  say ERROR "$1" >&2
  exit 1
}

# setting NAME [DEFAULT]: the variable NAME from itself or from the file NAME_FILE.
setting() {
  local name=$1 file=${1}_FILE
  if [ -n "${!name}" ] && [ -n "${!file}" ]; then
    fail "Both $name and $file are set (but are exclusive)"
  fi
  if [ -n "${!file}" ]; then
    printf -v "$name" '%s' "$(<"${!file}")"
  elif [ -z "${!name}" ]; then
    printf -v "$name" '%s' "$2"
  fi
  unset "$file"
}

# An SQL string literal.
quote() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\\\'}"
}

# An SQL name.
name() { printf '`%s`' "${1//\`/\`\`}"; }

require_password() {
  [ -z "$MYSQL_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD" ] || return 0
  fail "Database is uninitialized and password option is not specified
    You need to specify one of the following as an environment variable:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD"
}

accounts() {
  local host
  echo "ALTER USER root@localhost IDENTIFIED BY $(quote "$MYSQL_ROOT_PASSWORD");"
  if [ "$MYSQL_ROOT_HOST" != localhost ]; then
    host=$(quote "$MYSQL_ROOT_HOST")
    echo "CREATE USER root@$host IDENTIFIED BY $(quote "$MYSQL_ROOT_PASSWORD");"
    echo "GRANT ALL ON *.* TO root@$host WITH GRANT OPTION;"
  fi
  [ -z "$MYSQL_DATABASE" ] || echo "CREATE DATABASE IF NOT EXISTS $(name "$MYSQL_DATABASE");"
  [ -n "$MYSQL_USER" ] || return 0
  echo "CREATE USER $(quote "$MYSQL_USER")@'%' IDENTIFIED BY $(quote "$MYSQL_PASSWORD");"
  [ -z "$MYSQL_DATABASE" ] \
    || echo "GRANT ALL ON $(name "${MYSQL_DATABASE//_/\\_}").* TO $(quote "$MYSQL_USER")@'%';"
}

run_scripts() {
  local file
  local client=(mysql --socket="$socket" -uroot --protocol=socket "--database=$MYSQL_DATABASE")
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh)
        note "running $file"
        if [ -x "$file" ]; then "$file"; else . "$file"; fi
        ;;
      *.sql)
        note "running $file"
        MYSQL_PWD=$MYSQL_ROOT_PASSWORD "${client[@]}" <"$file"
        ;;
      *.sql.gz)
        note "running $file"
        gunzip -c "$file" | MYSQL_PWD=$MYSQL_ROOT_PASSWORD "${client[@]}"
        ;;
      */\*) ;;
      *) note "ignoring $file" ;;
    esac
  done
}

# Makes the accounts with a server that only this script can reach.
initialize() {
  local server
  note "Initializing database files"
  tar -C "$data" -xzf /usr/share/dklab/mysql.tar.gz
  note "Starting temporary server"
  "$@" --skip-networking --socket="$socket" &
  server=$!
  until mysqladmin --socket="$socket" -uroot ping >/dev/null 2>&1; do
    kill -0 $server 2>/dev/null || fail "Unable to start server."
    sleep 0.1
  done
  note "Temporary server started."
  if [ -n "$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
    MYSQL_ROOT_PASSWORD=$(tr -dc A-Za-z0-9 </dev/urandom | head -c 24 || true)
    note "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
  fi
  accounts | mysql --socket="$socket" -uroot
  run_scripts
  MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysqladmin --socket="$socket" -uroot shutdown
  wait $server
  note "Temporary server stopped"
  note "MySQL init process done. Ready for start up."
}

[ "${1:0:1}" != - ] || set -- mysqld "$@"
case "$1" in mysqld | mariadbd) ;; *) exec "$@" ;; esac
for argument; do
  case "$argument" in -'?' | --help | -V | --version) exec "$@" ;; esac
done

[ -z "$START_DELAY" ] || sleep "$START_DELAY"
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$data"
  # Where a user namespace has a single id there is nobody to become.
  if chown mysql:mysql "$data" /run/mysqld 2>/dev/null \
    && setpriv --reuid mysql --regid mysql --clear-groups true 2>/dev/null; then
    find "$data" \! -user mysql -exec chown mysql:mysql '{}' +
    START_DELAY='' exec setpriv --reuid mysql --regid mysql --clear-groups "$0" "$@"
  fi
  set -- "$@" --user=root
fi
note "Entrypoint script for MySQL Server started (dklab stand-in: MariaDB)."
for variable in MYSQL_ROOT_PASSWORD MYSQL_DATABASE MYSQL_USER MYSQL_PASSWORD; do
  setting $variable ''
done
setting MYSQL_ROOT_HOST %
if [ ! -d "$data/mysql" ]; then
  require_password
  [ "$MYSQL_USER" != root ] || fail 'MYSQL_USER="root", MYSQL_USER and MYSQL_PASSWORD are for configuring a regular user'
  initialize "$@"
fi
exec "$@"
