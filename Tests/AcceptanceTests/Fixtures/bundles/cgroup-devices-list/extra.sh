sort /sys/fs/cgroup/devices/devices.list | while read -r line; do echo "rule $line"; done
