FROM node:20 AS web
COPY --from=web /a /b
COPY a.txt b.txt /srv
