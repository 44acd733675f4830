# peer: buildah
FROM busybox AS a
RUN echo staged > /f
FROM busybox
RUN --mount=type=bind,from=a,source=/f,target=/f2 cat /f2 > /got
