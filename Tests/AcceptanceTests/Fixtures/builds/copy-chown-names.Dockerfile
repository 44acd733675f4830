FROM busybox
RUN echo fred:x:1234:1234::/:/bin/sh >> /etc/passwd && echo fred:x:1234: >> /etc/group && echo team:x:4321: >> /etc/group
COPY --chown=fred a.txt /one
COPY --chown=fred:team d /two/
COPY --chown=1:team a.txt /three
