FROM busybox
RUN mkdir /real && ln -s /real /lnk
COPY d /lnk/
