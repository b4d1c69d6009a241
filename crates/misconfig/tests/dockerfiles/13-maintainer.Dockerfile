FROM debian:12
MAINTAINER somebody@example.com
USER root
