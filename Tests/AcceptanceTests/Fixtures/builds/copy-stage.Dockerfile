FROM busybox AS first
RUN mkdir /out && echo hi > /out/f && ln -s f /out/l && chown 3:4 /out/f && chmod 640 /out/f
FROM busybox
COPY --from=first /out /taken
COPY --from=0 /out/f /file
COPY --from=first /out/l /link
