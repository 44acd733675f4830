FROM busybox AS base
CMD ["inherited"]
FROM base
ENTRYPOINT ["new"]
