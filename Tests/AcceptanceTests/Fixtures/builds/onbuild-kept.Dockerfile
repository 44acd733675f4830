FROM busybox
ONBUILD COPY a.txt /a
ONBUILD RUN true
