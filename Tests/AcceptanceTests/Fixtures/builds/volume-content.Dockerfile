FROM busybox
RUN mkdir /data && echo 1 > /data/f
VOLUME /data
