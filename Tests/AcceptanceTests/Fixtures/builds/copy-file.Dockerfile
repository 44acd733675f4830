FROM busybox
COPY a.txt /a
COPY a.txt /dir/
COPY a.txt /deep/er/est/
