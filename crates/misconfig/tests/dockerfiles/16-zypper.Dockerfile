FROM opensuse/leap:15.5
RUN zypper install nginx
RUN zypper install -y nginx=1.21 && zypper clean
RUN zypper dist-upgrade -y
