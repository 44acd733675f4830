from busybox as stage
run echo 1 > /1
copy a.txt /
env K=v
cmd ["x"]
