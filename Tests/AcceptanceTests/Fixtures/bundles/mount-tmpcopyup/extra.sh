echo "content $(cat /copied/a) $(cat /copied/sub/b) $(readlink /copied/l) $(stat -c "%a" /copied)"
