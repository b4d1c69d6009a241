ARG VERSION=3.19
FROM alpine:${VERSION}
ARG TOOL
RUN apk add --no-cache ${TOOL}
ENV PATH=/opt/bin:$PATH
