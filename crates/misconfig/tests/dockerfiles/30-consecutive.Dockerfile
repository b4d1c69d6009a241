FROM debian:12
RUN echo one
RUN echo two
RUN echo three
COPY relative.txt relative/
ENV A=1 B=$A
WORKDIR /srv
COPY . .
