FROM busybox
COPY *.txt /w/
COPY d/?.txt /q/
COPY [a-b]*.txt /r/
