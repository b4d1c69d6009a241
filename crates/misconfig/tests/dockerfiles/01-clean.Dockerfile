FROM debian:12.5
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates=20230311 \
 && rm -rf /var/lib/apt/lists/*
COPY app /usr/local/bin/app
HEALTHCHECK CMD ["app", "--check"]
USER app
ENTRYPOINT ["app"]
