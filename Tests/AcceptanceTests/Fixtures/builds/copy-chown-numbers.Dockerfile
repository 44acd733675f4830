FROM busybox
COPY --chown=5:6 a.txt /3/4/5
COPY --chown=7 d /own/
