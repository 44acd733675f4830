# peer: buildkit
FROM busybox
RUN echo me:x:1234:1234::/:/bin/sh >>/etc/passwd && echo me:x:1234: >>/etc/group
USER me
WORKDIR /made/by/me
RUN touch file && pwd > out
USER 7:8
WORKDIR /seven/eight
USER root
WORKDIR /seven/root
