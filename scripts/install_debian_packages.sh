#!/bin/sh
# Installs the Debian packages that the tests need. Does nothing when they are there already.
set -eu

packages="chromium faketime fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0
    libreoffice-calc-nogui openjdk-17-jre-headless postgresql"

missing=""
for package in $packages; do
    if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed"; then
        missing="$missing $package"
    fi
done
missing="${missing# }"
if [ -z "$missing" ]; then
    exit 0
fi

fail() {
    echo "error: cannot install the Debian packages $missing: $1" >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 ||
    fail "this system has no apt-get; install them by its own means."
if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    fail "run \`apt-get install $missing\` as root."
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends $missing </dev/null >"$log" 2>&1
}
if ! install; then
    $as_root apt-get update </dev/null >"$log" 2>&1 ||
        fail "apt-get update said \"$(grep -m 1 '^E:' "$log" || tail -n 1 "$log")\"."
    install || fail "apt-get said \"$(grep -m 1 '^E:' "$log" || tail -n 1 "$log")\"."
fi
echo "Installed the Debian packages: $missing"
