FROM busybox
ENV A=1 B="x y" C='single $A'
ENV D some words here
ENV E=$A-$B F=\$A
ENV G="$D"
