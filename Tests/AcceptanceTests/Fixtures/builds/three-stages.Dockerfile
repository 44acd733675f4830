FROM busybox AS a
RUN echo a > /a
FROM a AS b
RUN echo b > /b
FROM scratch AS unused
COPY a.txt /
FROM b
RUN cat /a /b > /c
