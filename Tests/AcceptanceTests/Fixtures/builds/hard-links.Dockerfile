FROM busybox
RUN echo 1 > /h1 && ln /h1 /h2 && mkdir /hd && ln /h1 /hd/h3
