FROM busybox
LABEL l=1 m="2 3"
LABEL "with.dots"=x n=${NOPE:-no}
LABEL l=overridden
LABEL multi="a\
b"
