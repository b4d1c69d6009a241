FROM debian:12
HEALTHCHECK CMD curl -f http://localhost/
HEALTHCHECK --interval=5m CMD ["curl", "-f", "http://localhost/"]
