echo "owner $(stat -c '%u:%g' /target/file) mapped"
echo "owner $(stat -c '%u:%g' /tmp/there/file) not mapped"
touch /target/new && echo "new $(stat -c '%u:%g' /target/new)"
touch /tmp/there/new 2>/dev/null || echo "not mapped, not mine"
