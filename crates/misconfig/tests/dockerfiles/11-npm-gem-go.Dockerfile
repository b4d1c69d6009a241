FROM node:20
RUN npm install -g express
RUN npm install lodash@4.17.21
RUN gem install bundler
RUN gem install rails:7.1.0
RUN go install example.com/tool@latest
RUN yarn install
