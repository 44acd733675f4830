FROM busybox AS base
ONBUILD RUN echo triggered > /trigger
ONBUILD ENV T=1
FROM base
RUN cat /trigger > /seen
