FROM fedora:39
RUN sudo dnf install httpd
RUN cd /tmp && make
WORKDIR srv/app
