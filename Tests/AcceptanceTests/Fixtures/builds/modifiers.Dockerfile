FROM busybox
ENV V=v E=
ENV R1=${V:-d} R2=${N:-d} R3=${V:+p} R4=${N:+p} R5=${E:-empty}
