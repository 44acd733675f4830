FROM busybox
ADD arch.tar.gz /unpacked/
ADD arch.tar /unpacked2/
ADD arch.tar.gz /unpacked/
