FROM busybox AS one
ARG A=in-one
RUN echo $A > /a
FROM busybox
COPY --from=one /a /a
RUN echo "[$A]" > /b
