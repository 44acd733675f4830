FROM busybox
COPY script.sh /usr/local/bin/
RUN script.sh one > /out
