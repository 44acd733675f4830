# peer: buildah
FROM busybox
RUN --mount=type=bind,source=d,target=/src cat /src/b.txt > /got
