# peer: buildah
FROM busybox
RUN --mount=type=tmpfs,target=/scratch echo 1 > /scratch/f && cat /scratch/f > /got
