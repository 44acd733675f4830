echo "value $(cat /sys/fs/cgroup/pids/pids.max)"
