#!/usr/bin/env bash
# Set AutoTrader up when that is needed, then run it with the arguments given.
# tests/run.sh sources this file for prepare_venv, so nothing runs unless the file itself is started.
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

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
    prepare_venv requirements.txt
    # No cd: file names among the arguments are relative to where the owner stands.
    exec "$root/.venv/bin/python" "$root/orchestrator.py" "$@"
fi
