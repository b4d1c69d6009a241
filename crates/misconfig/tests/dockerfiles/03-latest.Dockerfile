FROM alpine:latest
RUN apk add curl
USER nobody
