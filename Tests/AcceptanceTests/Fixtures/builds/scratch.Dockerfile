FROM scratch
COPY d /d
ENV A=1
CMD ["/nothing"]
