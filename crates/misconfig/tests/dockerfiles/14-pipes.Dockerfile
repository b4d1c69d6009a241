FROM debian:12
RUN wget -O - https://example.com/install | sh
RUN curl -sSL https://example.com/key | gpg --import
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN cat /etc/passwd | grep root
