echo "content $(cat /b/file) $(ls /b/below)"
echo "write $(touch /b/x 2>&1)"
echo "below $(touch /b/below/x 2>&1 && rm /b/below/x)"
