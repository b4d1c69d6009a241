FROM golang:1.22 AS build
WORKDIR /src
COPY . .
RUN go build -o /app
FROM scratch AS build
COPY --from=build /app /app
ENTRYPOINT /app
