echo "content $(cat /b/file)"
