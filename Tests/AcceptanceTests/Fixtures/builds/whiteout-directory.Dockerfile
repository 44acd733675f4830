FROM busybox
RUN mkdir -p /o/p && touch /o/1 /o/p/2
RUN rm -rf /o
