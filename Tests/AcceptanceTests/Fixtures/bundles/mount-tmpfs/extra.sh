echo "place $(stat -c "%a %u %g" /t)"
