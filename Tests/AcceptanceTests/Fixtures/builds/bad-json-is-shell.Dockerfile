FROM busybox
CMD [ "unfinished", echo ]
