echo "usr1 $(kill -USR1 1 2>&1 | sed "s/.*: //")"; echo "zero $(kill -0 1 2>&1)"; echo "chmod $(chmod 700 /tmp/there 2>&1 | sed "s/.*: //")"
