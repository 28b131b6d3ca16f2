#!/usr/bin/env bash
# Run every check of the project. --full adds the long campaigns and the benchmarks.
set -euo pipefail
shopt -s nullglob

source "$(dirname "${BASH_SOURCE[0]}")/../start_autotrader.sh"
cd "$root"

case "${1:-}" in
    "" | --full) ;;
    *) stop "Unknown argument '$1': use tests/run.sh or tests/run.sh --full." ;;
esac

step() {
    local name="$1" started="$SECONDS"
    shift
    printf '\n== %s\n' "$name"
    "$@"
    printf '== %s: %d s\n' "$name" "$((SECONDS - started))"
}

# The browser tests need Debian's Chromium; without it they are skipped, and say so. Its sister without windows, where
# there is one, takes a third less of the processor.
prepare_browser() {
    command -v chromium >/dev/null && command -v chromium-headless-shell >/dev/null && return
    if [[ "$EUID" == 0 ]] && command -v apt-get >/dev/null; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -qq --yes chromium-headless-shell >/dev/null || true
        apt-get install -qq --yes chromium >/dev/null && return
    fi
    command -v chromium >/dev/null && return
    echo "THE PAGE WILL NOT BE TESTED: there is no Chromium. Run 'sudo apt install chromium'." >&2
}

# Thousands of small databases wait for the disk at each commit; in memory, where there is enough, they do not.
keep_test_files_in_memory() {
    local memory=/dev/shm enough_kib=4000000
    [[ -w "$memory" ]] || return 0
    if (($(df --output=avail --block-size=1K "$memory" | tail -n 1) > enough_kib)); then
        export PYTEST_DEBUG_TEMPROOT="$memory"
    fi
}

long_campaigns() {
    # Code 5 says that no test is marked long.
    python -m pytest -q -m long || [[ $? == 5 ]]
}

step "packages" prepare_venv requirements-dev.txt
step "dashboard library" prepare_frontend
step "browser" prepare_browser
export PATH="$root/.venv/bin:$PATH"

keep_test_files_in_memory

# The tests start the program hundreds of times, and an environment may forbid it to keep what it has compiled.
step "compile" python -m compileall -q -j 2 algorithm database orchestra system_databse
step "lint" ruff check .
step "format" ruff format --check .
step "types" mypy
# Two at a time; whole files, in the order of tests/conftest.py: the slowest first.
step "tests" python -m pytest -q --durations=5 -n 2 --dist loadfile --no-loadscope-reorder
step "requirements without a test" python tests/requirements.py

if [[ "${1:-}" == --full ]]; then
    for benchmark in tests/benchmarks/*_benchmark.py; do
        step "$benchmark" env PYTHONPATH="$root" python "$benchmark"
    done
    # Last, for the table of faults that it ends with.
    step "long campaigns" long_campaigns
fi
printf '\nAll checks passed in %d s.\n' "$SECONDS"
