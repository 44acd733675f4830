FROM busybox
COPY ["with space.txt", "/with space/"]
COPY ["a.txt", "d/b.txt", "/x/"]
