FROM --platform=linux/amd64 debian:12 AS base
FROM --platform=$BUILDPLATFORM golang:1.22 AS tools
RUN go install example.com/gen@v1.2.3
FROM base
COPY --from=tools /go/bin/gen /usr/local/bin/
