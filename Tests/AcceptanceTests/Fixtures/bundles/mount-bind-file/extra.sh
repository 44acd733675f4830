echo "content $(cat /new/dir/file)"
