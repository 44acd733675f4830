FROM busybox
RUN echo old > /f && chmod 600 /f
COPY a.txt /f
