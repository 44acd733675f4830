FROM busybox
HEALTHCHECK --interval=5s --timeout=3s --retries=2 --start-period=1m CMD wget -q localhost
