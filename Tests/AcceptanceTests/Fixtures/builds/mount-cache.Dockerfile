# peer: buildah
FROM busybox
RUN --mount=type=cache,target=/cache echo 1 > /cache/f && cat /cache/f > /got
