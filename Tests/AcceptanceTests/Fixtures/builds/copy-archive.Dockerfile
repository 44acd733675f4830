FROM busybox
COPY arch.tar.gz /kept/
