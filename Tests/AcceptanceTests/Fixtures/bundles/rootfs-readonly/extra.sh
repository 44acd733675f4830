echo "write $(touch /x 2>&1)"
