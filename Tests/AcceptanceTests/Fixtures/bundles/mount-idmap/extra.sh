for path in /b /b/file /b/below /b/below/inner /c/file /c/below /c/below/inner; do
  echo "owner $(stat -c '%u:%g' $path) $path"
done
touch /b/new 2>/dev/null || echo "nobody here is anybody there"
