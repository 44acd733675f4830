FROM busybox
ENV A=1
ENV A=2 B=$A
ENV PATH=/extra:$PATH
RUN echo $A $B $PATH > /o
