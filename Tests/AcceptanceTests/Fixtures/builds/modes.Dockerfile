FROM busybox
RUN touch /s && chmod 4755 /s && mkdir /sticky && chmod 1777 /sticky && touch /g && chmod 2644 /g && umask 077 && touch /private
