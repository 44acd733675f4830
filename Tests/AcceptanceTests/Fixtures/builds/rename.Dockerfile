FROM busybox
RUN mkdir -p /m/n && echo 1 > /m/n/f
RUN mv /m /moved
