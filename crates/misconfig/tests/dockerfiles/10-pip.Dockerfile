FROM python:3.12-slim
RUN pip install flask
RUN pip install --no-cache-dir requests==2.31.0
RUN pip install -r requirements.txt
RUN python3 -m pip install --user gunicorn
