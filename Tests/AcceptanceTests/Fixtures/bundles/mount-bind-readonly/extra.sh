echo "content $(cat /b/file) $(ls /b/below)"
echo "write $(touch /b/x 2>&1)"
