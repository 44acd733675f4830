FROM busybox
RUN chmod 700 /root
RUN true
