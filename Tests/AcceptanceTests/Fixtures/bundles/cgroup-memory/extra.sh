cd /sys/fs/cgroup/memory; for f in memory.limit_in_bytes memory.soft_limit_in_bytes memory.memsw.limit_in_bytes memory.swappiness; do echo "value $f $(cat $f)"; done
