# peer: buildah
FROM busybox
COPY --chmod=750 a.txt /a
COPY --chown=7:8 --chmod=640 d /own/
