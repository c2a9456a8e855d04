#!/bin/bash
# Runs once, when the database is made: the server's user and database, and a user that may only watch.
# The server's user owns its database, may make the role that cannot change the ledger (CREATEROLE), and may make the
# scratch database of a rehearsal (CREATEDB); it is no superuser.
set -euo pipefail
secrets=${AUTOTELE_SECRETS:-/run/autotele}

url=$(<"$secrets/database-url")
password=${url#*://*:}
password=${password%%@*}
monitor=$(<"$secrets/monitor-password")

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
  --set=password="$password" --set=monitor="$monitor" <<'SQL'
CREATE ROLE autotele LOGIN CREATEROLE CREATEDB PASSWORD :'password';
CREATE DATABASE autotele OWNER autotele;
CREATE ROLE autotele_monitor LOGIN PASSWORD :'monitor' IN ROLE pg_monitor;
REVOKE CONNECT ON DATABASE autotele FROM PUBLIC;
GRANT CONNECT ON DATABASE autotele TO autotele_monitor;
SQL
