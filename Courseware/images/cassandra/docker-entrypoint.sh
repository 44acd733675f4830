#!/bin/bash
# START_DELAY is how long the server takes until it listens, in seconds.
set -e
[ "${1:0:1}" != - ] || set -- cassandra "$@"
[ "$1" = cassandra ] || exec "$@"
mkdir -p /var/lib/cassandra
[ -s /var/lib/cassandra/keyspaces ] || printf '%s\n' system system_auth system_schema >/var/lib/cassandra/keyspaces
touch /var/lib/cassandra/tables
echo "INFO  [main] dklab stand-in for Cassandra: names of keyspaces and tables, nothing else"
sleep "${START_DELAY:-3}"
echo "INFO  [main] Starting listening for CQL clients on /0.0.0.0:9042 (unencrypted)..."
exec busybox nc -ll -p 9042 -e /usr/local/bin/cassandra-answer
