mknod /dev/fuse c 10 229; mknod /dev/kmsg2 c 1 11; mknod /dev/disk b 254 0
for name in fuse kmsg2 disk null; do
  echo "open $name $( (exec 3</dev/$name) 2>&1 | sed 's/.*: //')"
done
