FROM busybox
RUN echo "a  b" 'c  $HOME' d\ \ e > /q
RUN ["sh", "-c", "echo \"json $HOME\" > /j"]
RUN [ "a" = "a" ] && echo yes > /y
