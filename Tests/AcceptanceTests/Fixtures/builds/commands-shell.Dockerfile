FROM busybox
ENTRYPOINT top -b
CMD echo $HOME
