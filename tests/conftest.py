"""What every test gets: no owner's keys, no way out of this machine, the recorded market days when they are there."""

import compileall
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.source_tree import PACKAGES, ROOT

# The machine that runs the tests may hold real keys; no test may see them. Done before any of our modules is imported.
OWNERS_NAMES = (
    *("ALPACA_", "APCA_", "AUTOTRADER_", "ELPYFI_", "APP_MODE", "LIVE_CONFIRM", "HMAC_SECRET", "API_KEYS"),
    "SOLAR_TEST_MODE",
)
RECORDED_DAYS = "AUTOTRADER_TEST_DATA"
for _name in [name for name in os.environ if name.startswith(OWNERS_NAMES) and name != RECORDED_DAYS]:
    del os.environ[_name]

# Temporary folders of tests and of the processes they start lie in one, which goes with the session: what a process
# that is killed leaves behind goes too. pytest's own folder stays where it was, for it keeps what failed.
TEMPORARY = os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
SCRATCH = tempfile.mkdtemp(prefix="autotrader-tests-", dir=TEMPORARY)
os.environ["TMPDIR"] = tempfile.tempdir = SCRATCH

# A deadline measures the machine, not the code.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")

# By what `--durations` says; the last minutes of a run belong to files of a second or two.
SLOWEST = (
    "tests/browser/test_every_view",
    "tests/faults/test_campaign",
    "tests/journeys/test_strangers",
    "tests/journeys/test_visibility",
    "tests/journeys/test_replay",
    "tests/orchestra/test_bad_files",
    "tests/orchestra/test_bad_database",
    "tests/journeys/test_stop",
    "tests/orchestra/test_bad_input",
    "tests/journeys/test_kill",
    "tests/browser/test_home",
    "tests/journeys/",
    "tests/orchestra/execution/test_order_simulation",
    "tests/browser/",
    "tests/test_delivery",
    "tests/orchestra/backtest/sweep/test_cluster",
    "tests/orchestra/runtime/test_wrong_clocks",
    "tests/orchestra/test_",
    "tests/orchestra/verbs/",
    "tests/orchestra/paper_exchange/test_",
    "tests/orchestra/",
)

LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "", None}


def _refuse_the_outside_world(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host not in LOOPBACK:
        raise RuntimeError(f"A test tried to reach {host}: use the paper exchange or a fake instead.")


sys.addaudithook(_refuse_the_outside_world)


def pytest_configure(config: pytest.Config) -> None:
    """Compile the house once for all the processes that tests start on copies of it."""
    if not hasattr(config, "workerinput"):
        for package in PACKAGES:
            compileall.compile_dir(ROOT / package, quiet=2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that two processes have work until the end."""
    items.sort(key=lambda item: _rank(item.path.relative_to(ROOT).as_posix()))


def _rank(path: str) -> int:
    return next((rank for rank, start in enumerate(SLOWEST) if path.startswith(start)), len(SLOWEST))


def pytest_unconfigure() -> None:
    """Remove what was left in temporary folders."""
    shutil.rmtree(SCRATCH, ignore_errors=True)


@pytest.fixture(scope="session")
def recorded_days() -> Path:
    """Return the folder of recorded market days; skip without it."""
    folder = os.environ.get(RECORDED_DAYS)
    if not folder or not Path(folder).is_dir():
        pytest.skip(f"{RECORDED_DAYS} names no folder with recorded market days")
    return Path(folder)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return the one Chromium of this process, for the tests of the page and the journeys that use it."""
    # Only those who ask for it load what drives it.
    from tests.browser.chromium import launched

    with launched() as chromium:
        yield chromium
