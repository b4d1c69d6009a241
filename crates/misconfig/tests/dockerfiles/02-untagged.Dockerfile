FROM ubuntu
LABEL org.opencontainers.image.title="shop"
CMD ["true"]
