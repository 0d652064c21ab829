# Runs PostgreSQL until standard input ends, then removes every trace of it.
# Arguments: an empty folder, the folder of the PostgreSQL programs.
set -u
folder=$1
programs=$2
trap '' INT TERM HUP PIPE

as_owner=
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root.
    as_owner='setpriv --reuid=postgres --regid=postgres --init-groups'
    chown postgres:postgres "$folder"
fi
cd "$folder" || exit 1

stop() {
    $as_owner "$programs/pg_ctl" -D "$folder/data" -m immediate -s stop </dev/null >/dev/null 2>&1
    cd / && rm -rf "$folder"
}
trap stop EXIT

start() {
    $as_owner "$programs/initdb" -D "$folder/data" -U lockgate -A trust -E UTF8 --locale=C \
        --no-sync --no-instructions &&
        $as_owner "$programs/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w -s start \
            -o "-k '$folder' -c listen_addresses='' -c max_connections=200 -c fsync=off" \
            -o "-c synchronous_commit=off -c full_page_writes=off"
}
if start </dev/null >"$folder/start.log" 2>&1; then
    echo ready
    cat >/dev/null
else
    cat "$folder/start.log" "$folder/server.log" 2>/dev/null | tail -n 20 | tr '\n' ' '
fi
