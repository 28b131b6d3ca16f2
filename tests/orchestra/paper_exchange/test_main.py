import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from orchestra.paper_exchange.lockstep_client import LockStepClient
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
    return int(requests.get(f"{base_url}/control/book", headers=HEADERS, timeout=20).json()["now"])


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


def test_alone_it_plays_a_synthetic_market_in_a_directory_of_its_own(tmp_path: Path) -> None:
    child = Child(None, None, "--lock-step")
    try:
        base_url = child.base_url()
        assert child.process.stdout is not None
        said = child.process.stdout.readline()
        folder = Path(said.removeprefix("Keeping the book in ").partition(",")[0])
        assert (folder / "exchange.db").exists()
        clock = requests.get(f"{base_url}/v2/clock", headers=HEADERS, timeout=20).json()
        assert clock["is_open"]
        listed = requests.get(f"{base_url}/v2/assets", headers=HEADERS, timeout=20).json()
        assert len(listed) > 250
        unknown = requests.get(f"{base_url}/v9/unknown", headers=HEADERS, timeout=20)
        assert (unknown.status_code, unknown.json()["code"]) == (404, 40400000)
        assert child.finish(signal.SIGTERM) == (0, "")
        assert not folder.exists()
    finally:
        child.process.kill()


def test_killed_synthetic_market_goes_on_where_it_stopped(tmp_path: Path) -> None:
    def run(*more: str) -> tuple[int, int]:
        child = Child(None, tmp_path, *more)
        try:
            base_url = child.base_url()
            now = market_time(base_url)
            lock_step = LockStepClient(base_url)
            assert lock_step.done(now).is_settled
            tick = lock_step.next_tick(now, 1.0)
            assert tick is not None
            return now, tick.minute
        finally:
            child.finish(signal.SIGKILL)

    first, moved_to = run("--lock-step", "--seed", "5")
    assert moved_to == first + 60
    assert run("--lock-step", "--seed", "5")[0] == first + 60


def test_costs_and_volume_caps_are_switched_on_by_arguments(tmp_path: Path) -> None:
    bars = write(tmp_path / "bars.csv", [line(OPEN + 60 * minute, volume="100") for minute in range(5)])
    costs = ("--volume-cap", "0.5", "--spread-bps", "20", "--slippage-bps", "10")
    with running(bars, tmp_path / "run", "--lock-step", *costs) as (_, base_url):
        body = {"symbol": "AAA", "qty": 80, "side": "buy", "type": "market", "time_in_force": "day"}
        order = requests.post(f"{base_url}/v2/orders", json=body, headers=HEADERS, timeout=20).json()
        LockStepClient(base_url).done(OPEN)
        filled = requests.get(f"{base_url}/v2/orders/{order['id']}", headers=HEADERS, timeout=20).json()
    # Half of the bar's 100 shares, at its open of 10.00 and half of 20 plus 10 basis points.
    assert (filled["status"], filled["filled_qty"], filled["filled_avg_price"]) == ("partially_filled", "50", "10.02")


def test_second_exchange_in_the_same_directory_is_refused(bars: Path, tmp_path: Path) -> None:
    with running(bars, tmp_path / "run", "--lock-step"):
        code, errors = Child(bars, tmp_path / "run").finish()
        assert code == 2
        assert errors.strip() == (
            f"Another AutoTrader or exchange is using {tmp_path / 'run'}: stop it, or choose another --data-dir."
        )


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
    assert errors.strip() == (
        f"Port {port} cannot be used (Address already in use): "
        f"see who listens there with `ss -ltnp 'sport = :{port}'`, or choose another one with --port."
    )


WRONG = [
    ("--cash", "none"),
    ("--cash", "-1"),
    ("--speed", "0"),
    ("--speed", "fast"),
    ("--port", "99999"),
    ("--plan", "gold"),
    ("--rate-limit", "maybe"),
    ("--seed", "1"),
    ("--volume-cap", "no"),
    ("--volume-cap", "1.5"),
    ("--slippage-bps", "much"),
    ("--spread-bps", "-1"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=" ".join)
def test_bad_argument_is_refused(bars: Path, tmp_path: Path, wrong: tuple[str, str]) -> None:
    code, errors = Child(bars, tmp_path / "run", *wrong).finish()
    assert code == 2
    assert wrong[1] in errors or wrong[0] in errors
    assert "Traceback" not in errors
