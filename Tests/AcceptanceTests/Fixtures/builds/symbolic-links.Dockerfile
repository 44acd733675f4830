FROM busybox
RUN ln -s /absolute /s1 && ln -s relative/../path /s2 && ln -s nowhere /s3
RUN ln -sf other /s1
