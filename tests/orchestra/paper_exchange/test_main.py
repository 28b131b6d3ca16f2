import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.orchestra.paper_exchange.child import Child
from tests.orchestra.paper_exchange.made_market import NEXT_CLOSE, OPEN, default_lines, line, write

HEADERS = {"APCA-API-KEY-ID": "demo", "APCA-API-SECRET-KEY": "demo"}


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    return write(tmp_path / "bars.csv", default_lines())


@contextmanager
def running(bars: Path, data_dir: Path, *more: str) -> Iterator[tuple[Child, str]]:
    child = Child(bars, data_dir, *more)
    try:
        yield child, child.base_url()
    finally:
        child.finish(signal.SIGKILL)


def market_time(base_url: str) -> int:
    return int(requests.get(f"{base_url}/control/book", headers=HEADERS, timeout=5).json()["now"])


def test_stand_alone_exchange_runs_free_and_ends_cleanly_on_sigterm(bars: Path, tmp_path: Path) -> None:
    with running(bars, tmp_path / "run", "--speed", "10000000") as (child, base_url):
        for _ in range(10_000):
            if market_time(base_url) == NEXT_CLOSE:
                break
        assert market_time(base_url) == NEXT_CLOSE
        assert child.finish(signal.SIGTERM) == (0, "")


def test_lock_step_waits_for_its_engine_and_ends_cleanly_on_ctrl_c(bars: Path, tmp_path: Path) -> None:
    with running(bars, tmp_path / "run", "--lock-step") as (child, base_url):
        assert market_time(base_url) == OPEN
        assert child.finish(signal.SIGINT) == (0, "")


def test_bad_file_is_one_plain_sentence_and_nothing_is_made(tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.csv", [line(OPEN), "AAA,never,1,1,1,1,1"])
    code, errors = Child(bad, tmp_path / "run").finish()
    assert code == 2
    assert f"{bad}, line 3: timestamp 'never' is not a time" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "run").exists()


def test_taken_port_is_one_plain_sentence(bars: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, errors = Child(bars, tmp_path / "run", "--port", str(port)).finish()
    assert code == 2
    assert errors.strip() == f"Port {port} cannot be used (Address already in use): choose another one with --port."


@pytest.mark.parametrize("wrong", [("--cash", "none"), ("--cash", "-1"), ("--speed", "0"), ("--speed", "fast")])
def test_bad_argument_is_refused(bars: Path, tmp_path: Path, wrong: tuple[str, str]) -> None:
    code, errors = Child(bars, tmp_path / "run", *wrong).finish()
    assert code == 2
    assert wrong[1] in errors
    assert "Traceback" not in errors
