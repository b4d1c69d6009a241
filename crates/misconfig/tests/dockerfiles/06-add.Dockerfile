FROM busybox:1.36
ADD config.json /etc/app/
ADD https://example.com/tool.tar.gz /opt/
ADD rootfs.tar.xz /
