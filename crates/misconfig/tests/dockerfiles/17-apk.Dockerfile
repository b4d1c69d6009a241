FROM alpine:3.19
RUN apk add --no-cache bash=5.2.21-r0
RUN apk add python3
RUN apk upgrade
RUN apk update && apk add git && rm -rf /var/cache/apk/*
