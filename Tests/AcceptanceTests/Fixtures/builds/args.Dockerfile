ARG TAG=latest
FROM busybox:$TAG
ARG X=1
ARG Y
ARG TAG
RUN echo $X-$Y-$TAG > /xy
ENV X=2
RUN echo $X > /x2
