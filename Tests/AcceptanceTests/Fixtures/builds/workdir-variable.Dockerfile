FROM busybox
ENV R=/root/x
WORKDIR $R/y
WORKDIR ${R}z
RUN pwd > /pwd
