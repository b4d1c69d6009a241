FROM debian:12
RUN wget https://example.com/a
RUN curl -O https://example.com/b
RUN wget --no-check-certificate https://example.com/c
RUN curl -k https://example.com/d
