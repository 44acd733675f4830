FROM busybox
ENTRYPOINT ["/bin/e", "a b"]
CMD ["c", "d"]
