FROM busybox
MAINTAINER Somebody <s@example.com>
