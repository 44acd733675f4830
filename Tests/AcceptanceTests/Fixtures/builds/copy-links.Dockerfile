FROM busybox
COPY link /link-taken
COPY dlink /dlink-taken
COPY link dlink /both/
