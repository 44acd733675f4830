# escape=`
FROM busybox
RUN echo a `
  b > /o
ENV W=c:\dir
