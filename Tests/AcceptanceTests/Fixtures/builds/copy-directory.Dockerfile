FROM busybox
COPY d /dst
COPY d/ /dst2/
COPY d/. /dst3
