#!/usr/bin/env bash
# A PostgreSQL server of one's own, to try the project on and for the tests; not for data to keep.
#
#   scripts/postgres.sh start [DIR]   start it (made when missing); print the settings for abm and dbt
#   scripts/postgres.sh url [DIR]     print the address of the running server
#   scripts/postgres.sh stop [DIR]    stop it; its data stay in DIR
#
# DIR is warehouse/postgres by default. ABM_POSTGRES_PORT names the port, else a free one is taken.
# ABM_POSTGRES_ICU_LOCALE, as in en-US, gives a new database that locale instead of C.UTF-8.
# It listens on 127.0.0.1 only, without a password. Root runs it as the user postgres (or nobody).
#   eval "$(scripts/postgres.sh start)" && abm load --target postgres && abm build --target postgres
set -euo pipefail

fail() {
    echo "error: $1" >&2
    exit 1
}

[ $# -ge 1 ] && [ $# -le 2 ] || fail "say scripts/postgres.sh start, url or stop, and a directory if you like."
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dir=$(realpath -m "${2:-$root/warehouse/postgres}")
data=$dir/data

bin=""
for candidate in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
    "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
    if [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ]; then bin=$candidate; break; fi
done
[ -n "$bin" ] || fail "no PostgreSQL server is installed: run \`apt-get install postgresql\` as root."

owner=""
if [ "$(id -u)" -eq 0 ]; then
    owner=postgres
    id "$owner" >/dev/null 2>&1 || owner=nobody
fi
as_owner() {
    if [ -n "$owner" ]; then (cd / && runuser -u "$owner" -- "$@"); else "$@"; fi
}
is_running() { [ -d "$data" ] && as_owner "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1; }
port() { sed -n 4p "$data/postmaster.pid"; }

locale=""
if [ -n "${ABM_POSTGRES_ICU_LOCALE:-}" ]; then
    locale="locale_provider icu icu_locale ''$ABM_POSTGRES_ICU_LOCALE''"
fi

start() {
    if [ ! -d "$dir" ]; then
        mkdir -p "$dir"
        [ -z "$owner" ] || chown "$owner" "$dir"
    fi
    if [ -n "$owner" ]; then
        as_owner test -w "$dir" || fail "user $owner, as which root runs PostgreSQL, cannot write \
to $dir: name a new directory, as in scripts/postgres.sh start /var/tmp/abm-postgres."
    fi
    if [ ! -s "$data/PG_VERSION" ]; then
        as_owner "$bin/initdb" --pgdata="$data" --username=abm --auth=trust --encoding=UTF8 \
            --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 </dev/null ||
            fail "initdb failed, see $dir/initdb.log."
        as_owner tee -a "$data/postgresql.conf" >/dev/null <<SETTINGS
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
timezone = 'UTC'
log_timezone = 'UTC'
fsync = off
full_page_writes = off
synchronous_commit = off
jit = off
max_wal_size = 2GB
shared_buffers = 256MB
work_mem = 64MB
SETTINGS
    fi
    for try in ${ABM_POSTGRES_PORT:-$(shuf -i 20000-32000 -n 5)}; do
        if as_owner "$bin/pg_ctl" -D "$data" -w -t 60 -o "-p $try" -l "$dir/server.log" start \
            >/dev/null 2>&1 </dev/null; then
            "$bin/psql" -h 127.0.0.1 -p "$try" -U abm -d postgres -Atq -c \
                "select 'create database abm template template0 $locale' where not exists
                (select from pg_database where datname = 'abm')" |
                "$bin/psql" -h 127.0.0.1 -p "$try" -U abm -d postgres -q
            return
        fi
    done
    fail "the server did not start, see $dir/server.log."
}

case $1 in
start)
    is_running || start
    echo "export ABM_POSTGRES_HOST=127.0.0.1"
    echo "export ABM_POSTGRES_PORT=$(port)"
    echo "export ABM_POSTGRES_USER=abm"
    echo "export ABM_POSTGRES_PASSWORD="
    echo "export ABM_POSTGRES_DATABASE=abm"
    ;;
url)
    is_running || fail "no server runs in $dir: run scripts/postgres.sh start."
    echo "postgresql://abm@127.0.0.1:$(port)/abm"
    ;;
stop)
    if is_running; then
        as_owner "$bin/pg_ctl" -D "$data" -w -m fast stop >/dev/null </dev/null ||
            fail "the server did not stop, see $dir/server.log."
    fi
    ;;
*) fail "$1 is none of start, url and stop." ;;
esac
