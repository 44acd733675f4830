echo "fifo $(ls -l /dev/sub/fifo | cut -c1-10)"
