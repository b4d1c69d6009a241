FROM python:3.12
CMD python first.py
CMD python second.py
ENTRYPOINT ["python"]
ENTRYPOINT ["python3"]
