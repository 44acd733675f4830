FROM busybox
RUN mkfifo /pipe && chmod 622 /pipe
