#!/bin/sh
# One database and one role for each service, which can reach nothing else. Runs as a job before the migrations, at
# every start, and changes nothing the second time; a password changed in .env is taken over.
#
# Told by PGHOST, PGUSER, PGPASSWORD, SERVICES (their names, separated by blanks) and <SERVICE>_DB_PASSWORD. Nothing
# secret appears on a command line.
set -eu

main() {
    for service in $SERVICES; do
        ensure "$service" "$(printf '%s' "$service" | tr '[:lower:]' '[:upper:]')_DB_PASSWORD"
    done
    run <<'SQL'
-- The databases every server has: nobody but the superuser.
revoke connect, temporary on database postgres from public;
revoke connect, temporary on database template1 from public;
SQL
}

ensure() {  # service, name of the variable that holds its password
    eval "password=\${$2:-}"
    [ -n "$password" ] || { echo "$2 is not set; see deploy/example.env" >&2; exit 1; }
    run --set=service="$1" --set=variable="$2" <<'SQL'
\getenv password :variable
select format('create role %I', :'service')
 where not exists (select from pg_roles where rolname = :'service') \gexec
alter role :"service" login nosuperuser nocreatedb nocreaterole noreplication password :'password';
select format('create database %I owner %I', :'service', :'service')
 where not exists (select from pg_database where datname = :'service') \gexec
revoke connect, temporary on database :"service" from public;
SQL
    echo "database $1 is ready"
}

run() {
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=postgres "$@"
}

main
