echo "loopback $(cat /sys/class/net/lo/flags)"
