FROM busybox
CMD one
CMD ["two"]
ENTRYPOINT ["x"]
ENTRYPOINT ["y"]
