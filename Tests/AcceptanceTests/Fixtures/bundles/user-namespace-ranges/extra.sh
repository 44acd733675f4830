echo "map" $(cat /proc/self/uid_map)
