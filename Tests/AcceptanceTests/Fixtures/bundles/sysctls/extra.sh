# Not in every bundle's view: a new network namespace takes it from the host, where others change it.
echo "sysctl net/ipv4/ip_forward" $(cat /proc/sys/net/ipv4/ip_forward)
