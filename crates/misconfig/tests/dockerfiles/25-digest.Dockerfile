FROM debian@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
RUN apt-get update && apt-get -y dist-upgrade
RUN apt-get update && apt-get upgrade -y
