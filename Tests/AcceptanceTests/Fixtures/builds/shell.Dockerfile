FROM busybox
SHELL ["/bin/sh", "-ec"]
RUN echo "$0" > /shell
CMD echo after
