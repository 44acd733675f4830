cd /sys/fs/cgroup/blkio; echo "value $(cut -d" " -f2 <blkio.throttle.read_bps_device) $(cut -d" " -f2 <blkio.throttle.write_iops_device)"
