#!/bin/bash
# Puts WordPress into /var/www/html when it is not there yet (a new volume), with settings that come
# from the container's variables; then runs the command.
set -eo pipefail

if [[ "$1" == apache2* ]]; then
  owner=www-data
  chown "$owner:$owner" . 2>/dev/null || owner=root
  if [ ! -e index.php ] && [ ! -e wp-includes/version.php ]; then
    echo "WordPress not found in $PWD - copying now..."
    tar -C /usr/src/wordpress -cf - . | tar -xf - --owner="$owner" --group="$owner"
    echo "Complete! WordPress has been successfully copied to $PWD"
  fi
  if [ ! -s wp-config.php ]; then
    for variable in "${!WORDPRESS_@}"; do
      echo "No 'wp-config.php' found in $PWD, but 'WORDPRESS_...' variables supplied; copying 'wp-config-docker.php'"
      # Each installation has secrets of its own.
      awk '
        /put your unique phrase here/ {
          command = "head -c 30 /dev/urandom | base64"
          command | getline phrase
          close(command)
          seed = phrase
          gsub("put your unique phrase here", "'"'"' . hash(\"sha256\", $name . \"" seed "\") . '"'"'")
        }
        { print }
      ' wp-config-docker.php >wp-config.php
      chown "$owner:$owner" wp-config.php 2>/dev/null || true
      break
    done
  fi
fi
exec "$@"
