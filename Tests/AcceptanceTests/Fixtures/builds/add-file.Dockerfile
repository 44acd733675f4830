FROM busybox
ADD a.txt d /added/
ADD --chown=8:9 script.sh /s
