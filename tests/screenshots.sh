#!/usr/bin/env bash
# Take a picture of every screen in every size: tests/screenshots.sh OUT_DIR [VIEW ...]
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../start_autotrader.sh"
out="$(realpath -m "${1:?Say into which folder: tests/screenshots.sh OUT_DIR [VIEW ...]}")"
shift
cd "$root"
prepare_venv requirements-dev.txt
prepare_frontend
exec "$root/.venv/bin/python" -m tests.browser.gallery.pictures "$out" "$@"
