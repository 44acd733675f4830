FROM busybox
RUN echo jane:x:77:77::/:/bin/sh >> /etc/passwd && echo jane:x:77: >> /etc/group
USER jane
RUN id -u > /tmp/id && touch /tmp/mine
USER 5:6
