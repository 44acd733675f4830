# peer: buildkit
FROM busybox
RUN adduser -D -u 1234 me
USER me
WORKDIR /made/by/me
RUN touch file && pwd > out
USER 7:8
WORKDIR /seven/eight
USER root
WORKDIR /seven/root
