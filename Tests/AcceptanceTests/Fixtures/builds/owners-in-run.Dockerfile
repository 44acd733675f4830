FROM busybox
RUN mkdir /w && chown 10:20 /w && touch /w/f && chown -h 30:40 /w/f && ln -s f /w/l && chown -h 50:60 /w/l
