FROM busybox
RUN echo x > /f && echo y > /g
RUN rm /f
