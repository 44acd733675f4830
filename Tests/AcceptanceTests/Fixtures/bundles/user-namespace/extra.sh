echo "map" $(cat /proc/self/uid_map); echo "own $(stat -c %u /dev/shm /proc/self /copied | sort | uniq -c | wc -l)"
