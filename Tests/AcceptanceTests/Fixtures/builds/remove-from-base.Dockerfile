FROM busybox
RUN rm /bin/ash /etc/passwd
