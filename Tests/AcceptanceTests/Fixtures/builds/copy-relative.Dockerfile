FROM busybox
WORKDIR /base/dir
COPY a.txt .
COPY a.txt sub/
COPY a.txt sub/other.txt
COPY d ../up/
