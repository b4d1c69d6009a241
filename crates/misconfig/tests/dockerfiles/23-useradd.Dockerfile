FROM debian:12
RUN useradd -u 1234567 app
RUN useradd -l -u 7654321 other
USER app
