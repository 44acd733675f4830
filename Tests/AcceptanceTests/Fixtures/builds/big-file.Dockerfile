FROM busybox
RUN dd if=/dev/zero of=/big bs=1k count=300 && printf end >> /big
RUN dd if=/dev/zero of=/sparse bs=1 count=1 seek=1000000
