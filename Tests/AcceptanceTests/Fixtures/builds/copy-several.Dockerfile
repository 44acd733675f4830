FROM busybox
COPY d a.txt /more/
COPY a.txt script.sh /two/
