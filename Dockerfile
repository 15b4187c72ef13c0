# One image; the command chooses what it is: web, worker, relay or migrate.
#   docker build -t goodbye120 .
#   docker run --env-file .env -p 8120:8120 goodbye120

FROM python:3.12-slim AS packages
WORKDIR /srv/goodbye120
COPY requirements/production.txt requirements/production.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/production.txt

FROM python:3.12-slim
# A fixed number, so that a volume's files keep their owner from image to image.
RUN useradd --system --uid 10120 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin goodbye120
WORKDIR /srv/goodbye120
COPY --from=packages /opt/venv /opt/venv
COPY app app
COPY casework casework
COPY console console
COPY core core
COPY ivr ivr
COPY migrations migrations
COPY routing routing
# The code is used where it lies, and the command goodbye120 is these lines.
RUN /opt/venv/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))" > /tmp/packages \
    && echo /srv/goodbye120 > "$(cat /tmp/packages)/goodbye120.pth" \
    && rm /tmp/packages \
    && printf '%s\n' '#!/opt/venv/bin/python' 'import sys' 'from app.cli import app' 'sys.exit(app())' \
        > /opt/venv/bin/goodbye120 \
    && chmod 755 /opt/venv/bin/goodbye120 \
    && /opt/venv/bin/python -m compileall -q /srv/goodbye120 \
    && install --directory --owner=goodbye120 /var/lib/goodbye120
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8120 \
    SPOOL_DIR=/var/lib/goodbye120
VOLUME /var/lib/goodbye120
USER goodbye120
EXPOSE 8120
# For the web command; workers and relays switch it off (compose.yaml) because they answer no requests.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["goodbye120"]
CMD ["web"]
