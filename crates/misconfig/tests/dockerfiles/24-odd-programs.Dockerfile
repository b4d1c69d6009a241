FROM debian:12
RUN ps aux
RUN ssh host true
RUN top -b
RUN service nginx start
RUN ln -sfv /bin/bash /bin/sh
