echo "mkdir $(mkdir /tmp/made 2>&1)"; echo "rmdir $(rmdir /tmp/there 2>&1)"
