FROM busybox
RUN mkdir /t && touch /t/1
RUN rm -rf /t && echo f > /t
RUN rm /t && mkdir -p /t/u
