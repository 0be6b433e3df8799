#!/bin/bash
# Runs once, when the database is made. `owner` migrates and owns the tables; `web` (web, worker, beat) owns none
# and so can neither disable a trigger nor empty the audit. Neither is a superuser.
set -euo pipefail
secrets=${SECRETS:-/run/secrets}
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$(cat "$secrets/owner_password")" --set web_password="$(cat "$secrets/web_password")" <<'SQL'
CREATE ROLE owner LOGIN PASSWORD :'owner_password';
CREATE ROLE web LOGIN PASSWORD :'web_password';
CREATE DATABASE accreditation OWNER owner;
REVOKE ALL ON DATABASE accreditation FROM PUBLIC;
GRANT CONNECT ON DATABASE accreditation TO web;
\connect accreditation
ALTER SCHEMA public OWNER TO owner;
GRANT USAGE ON SCHEMA public TO web;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO web;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO web;
SQL
