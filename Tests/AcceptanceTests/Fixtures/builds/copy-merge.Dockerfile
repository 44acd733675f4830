FROM busybox
RUN mkdir -p /dst/e && echo 1 > /dst/kept && chmod 700 /dst/e
COPY d /dst
