echo "content $(cat /target/b/file)"
