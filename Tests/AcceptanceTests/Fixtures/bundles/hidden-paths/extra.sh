echo "keys $(wc -c </proc/keys)"
echo "firmware $(ls /sys/firmware | wc -l)"
echo "secret $(cat /secret)"
echo "write $(echo 1 2>&1 >/proc/sys/net/ipv4/ip_forward)"
