FROM debian:12
# hadolint ignore=DL3004,DL3008
RUN sudo apt-get install -y --no-install-recommends curl
# hadolint global ignore=DL3009
RUN sudo make
