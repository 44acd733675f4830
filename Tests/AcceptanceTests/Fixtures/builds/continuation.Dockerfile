FROM busybox
# a comment between
RUN echo one > /1 && \
    # inside
    echo two > /2 && \

    echo three > /3
