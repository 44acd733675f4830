FROM busybox
ENV D=/q E=v
COPY a.txt ${D}/${E:-x}
COPY a.txt $D/$E.txt
ARG F=f
COPY a.txt /$F/${F}${E}
