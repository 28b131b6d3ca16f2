"""The data functions as strangers call them, bound to a world and outside a running program."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from database import db_manager
from database.bar import MINUTE, BarSource
from database.bars.bar_mapping import shape
from database.bars.current_directory import current_world
from database.bars.market_world import MarketWorld
from database.db_manager import get_closes, get_data_for_algorithm, get_latest_price, insert_minute_data
from database.timestamps import iso_minute
from tests.database.market import bar_at, minutes_from_open, open_world, session_on
from tests.source_tree import ROOT

SESSION = session_on()
OHLCV = {"o": 1, "h": 2, "l": 0.5, "c": 1.5, "v": 100}


def at(minute: int) -> datetime:
    """Return the moment so many minutes after the open."""
    return datetime.fromtimestamp(SESSION.open + minute * MINUTE, UTC)


def closes(bars: list[Any]) -> list[float]:
    return [bar["ohlcv"]["c"] for bar in bars]


@pytest.fixture
def hour(world: MarketWorld) -> MarketWorld:
    """Store an hour of SPY, closes 100 to 159, and stand at its end."""
    world.store_bars(minutes_from_open(60))
    world.as_of = SESSION.open + 60 * MINUTE
    return world


@pytest.mark.requirement("S2-03")
@pytest.mark.usefixtures("hour")
def test_the_last_bars_come_in_the_shape_of_the_contract() -> None:
    bars = get_data_for_algorithm("SPY", "last_n_bars", n=2, before_timestamp="2026-11-20T15:30:00Z")
    assert bars == [
        {"timestamp": "2026-11-20T15:28:00Z", "ohlcv": {"o": 158.0, "h": 159.0, "l": 79.0, "c": 158.0, "v": 10.0}},
        {"timestamp": "2026-11-20T15:29:00Z", "ohlcv": {"o": 159.0, "h": 160.0, "l": 79.5, "c": 159.0, "v": 10.0}},
    ]


@pytest.mark.usefixtures("hour")
def test_every_way_of_calling_for_the_last_bars_answers_the_same() -> None:
    expected = get_data_for_algorithm("SPY", "last_n_bars", 5, "2026-11-20T15:00:00Z")
    assert closes(expected) == [125.0, 126.0, 127.0, 128.0, 129.0]
    new_york = timezone(timedelta(hours=-5))
    for before in (
        "2026-11-20T15:00:00+00:00",
        "2026-11-20T10:00:00-05:00",
        "2026-11-20T15:00:59.999Z",
        at(30),
        at(30).astimezone(new_york),
        pd.Timestamp(at(30)),
    ):
        assert get_data_for_algorithm("SPY", "last_n_bars", n=5, before_timestamp=before) == expected
    assert get_data_for_algorithm("SPY", requirement_type="last_n_bars", n=5, before_timestamp=at(30)) == expected
    assert get_data_for_algorithm(ticker="SPY", requirement_type="last_n_bars", n=5, before_timestamp=at(30))
    assert get_data_for_algorithm("SPY", "last_n_bars", np.int64(5), at(30), timeframe="1m") == expected
    assert get_closes("SPY", 5, at(30)) == get_closes("SPY", n=5, before_timestamp=at(30)) == closes(expected)


@pytest.mark.usefixtures("hour")
def test_a_range_includes_its_start_and_not_its_end() -> None:
    ranged = get_data_for_algorithm("SPY", "time_range", start=at(10), end=at(13))
    assert closes(ranged) == [110.0, 111.0, 112.0]
    assert get_data_for_algorithm("SPY", "time_range", at(10), at(13)) == ranged
    assert get_data_for_algorithm("SPY", "time_range", iso_minute(SESSION.open + 600), at(13)) == ranged
    assert closes(get_data_for_algorithm("SPY", "time_range", at(10) + timedelta(seconds=1), at(12))) == [111.0]
    just_after = at(12) + timedelta(microseconds=1)
    assert closes(get_data_for_algorithm("SPY", "time_range", at(11), just_after)) == [111.0, 112.0]
    assert closes(get_data_for_algorithm("SPY", "since", start=at(58))) == [158.0, 159.0]
    assert len(get_data_for_algorithm("SPY", "session", date="2026-11-20")) == 60
    assert len(get_data_for_algorithm("SPY", "session", date(2026, 11, 20))) == 60
    assert get_data_for_algorithm("SPY", "session", date="2026-11-21") == []


@pytest.mark.requirement("S2-74")
@pytest.mark.usefixtures("hour")
def test_a_ticker_without_history_has_no_bars_and_no_price() -> None:
    assert get_data_for_algorithm("NONE", "last_n_bars", 51) == []
    assert get_data_for_algorithm("NONE", "session", date="2026-11-20") == []
    assert get_closes("NONE", 51) == []
    assert get_latest_price("NONE") is None
    assert get_data_for_algorithm("SPY", "last_n_bars", 0) == []


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("last_n_bars", 5, "2026-11-20T15:00:00"), "time zone"),
        (("last_n_bars", 5, datetime(2026, 11, 20, 15)), "time zone"),
        (("last_n_bars", 5, "noon"), "noon"),
        (("last_n_bars", 5, 1_795_000_000), "aware datetime"),
        (("last_n_bars", 2.5), "whole number"),
        (("last_n_bars", -1), "0 or more"),
        (("last_n_bars", None), "whole number"),
        (("time_range", "2026-11-20", at(5)), "time zone"),
        (("since", None), "aware datetime"),
        (("session", at(0)), "New York day"),
        (("session", "today"), "today"),
        (("last_week",), "last_n_bars, time_range, since, session"),
    ],
)
@pytest.mark.usefixtures("hour")
def test_arguments_that_cannot_be_meant_are_refused_with_advice(arguments: tuple[Any, ...], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        get_data_for_algorithm("SPY", *arguments)


@pytest.mark.usefixtures("hour")
def test_the_list_is_the_callers_own() -> None:
    bars = get_data_for_algorithm("SPY", "last_n_bars", 5)
    bars.append({})
    bars.sort(key=len)
    assert len(get_data_for_algorithm("SPY", "last_n_bars", 5)) == 5


@pytest.fixture(scope="module")
def future(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarketWorld]:
    """Hold two hours of SPY, whatever the time of the run."""
    world = open_world(tmp_path_factory.mktemp("future"))
    world.store_bars(minutes_from_open(120))
    db_manager.bind(world)
    yield world
    db_manager.unbind()
    world.bar_store.store.close()


@given(as_of=st.integers(0, 8000), asked=st.integers(0, 8000), n=st.integers(1, 80))
def test_nothing_later_than_the_run_is_ever_visible(future: MarketWorld, as_of: int, asked: int, n: int) -> None:
    future.as_of = SESSION.open + as_of
    now = future.as_of // MINUTE * MINUTE
    before = datetime.fromtimestamp(SESSION.open + asked, UTC)
    bars = minutes_from_open(120)
    seen = [shape(bar) for bar in bars if bar.ts + MINUTE <= now]
    asked_for = [shape(bar) for bar in bars if bar.ts + MINUTE <= min(now, SESSION.open + asked)]
    started = [shape(bar) for bar in bars if bar.ts + MINUTE <= now and bar.ts < SESSION.open + asked]
    assert get_data_for_algorithm("SPY", "last_n_bars", n, before) == asked_for[-n:]
    assert get_data_for_algorithm("SPY", "last_n_bars", n) == seen[-n:]
    assert get_data_for_algorithm("SPY", "time_range", at(0), before) == started
    assert get_data_for_algorithm("SPY", "since", at(0)) == seen
    assert get_data_for_algorithm("SPY", "session", date(2026, 11, 20)) == seen
    assert get_latest_price("SPY") == (closes(seen)[-1] if seen else None)


@pytest.mark.requirement("S2-84")
def test_the_latest_price_is_the_newer_of_close_and_trade(hour: MarketWorld) -> None:
    assert get_latest_price("SPY") == 159.0
    hour.note_trade("SPY", SESSION.open + 59 * MINUTE + 30.0, 42.0)  # the close of that minute is newer
    assert get_latest_price("SPY") == 159.0
    hour.note_trade("SPY", SESSION.open + 60 * MINUTE + 0.5, 160.5)
    assert get_latest_price("SPY") == 159.0  # not yet: the run stands at minute 60
    hour.as_of = SESSION.open + 61 * MINUTE
    assert get_latest_price("SPY") == 160.5
    hour.as_of = None
    assert get_latest_price("SPY") == 160.5


@pytest.mark.parametrize("timestamp", ["2026-11-20T15:30:00Z", at(60), SESSION.open + 3600])
@pytest.mark.requirement("S2-34")
@pytest.mark.requirement("S2-86")
def test_a_minute_is_stored_once(hour: MarketWorld, timestamp: str | datetime | int) -> None:
    assert insert_minute_data("SPY", timestamp, OHLCV)
    assert not insert_minute_data("SPY", timestamp, OHLCV, source=20)
    assert insert_minute_data("SPY", timestamp, {**OHLCV, "c": 1.25}, source=30)
    hour.as_of = None
    assert get_data_for_algorithm("SPY", "last_n_bars", 1) == [
        {"timestamp": "2026-11-20T15:30:00Z", "ohlcv": {"o": 1.0, "h": 2.0, "l": 0.5, "c": 1.25, "v": 100.0}}
    ]


@pytest.mark.parametrize(
    ("timestamp", "ohlcv"),
    [
        ("2026-11-20T15:30:01Z", OHLCV),
        ("2026-11-20T14:29:00Z", OHLCV),
        ("2026-11-20T21:00:00Z", OHLCV),
        ("2026-11-21T15:30:00Z", OHLCV),
        ("2026-11-20T15:30:00", OHLCV),
        ("never", OHLCV),
        ("2026-11-20T15:30:00Z", {**OHLCV, "h": 1.2}),
        ("2026-11-20T15:30:00Z", {"o": 1}),
        ("2026-11-20T15:30:00Z", {**OHLCV, "c": None}),
    ],
)
@pytest.mark.requirement("S2-36")
@pytest.mark.requirement("S2-76")
def test_a_minute_that_does_not_belong_is_refused(world: MarketWorld, timestamp: str, ohlcv: dict[str, Any]) -> None:
    assert not insert_minute_data("SPY", timestamp, ohlcv)
    assert world.bar_store.newest_ts("SPY") is None


def test_threads_of_an_algorithm_read_while_minutes_arrive(world: MarketWorld) -> None:
    stop = threading.Event()

    def read() -> int:
        reads = 0
        while not stop.is_set() or not reads:
            seen = get_closes("SPY", 51)
            assert seen == sorted(seen)
            assert len(seen) == len(set(seen))
            reads += 1
        return reads

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for bar in minutes_from_open(390):
            world.store_bars([bar])
        stop.set()
        assert all(reader.result() > 0 for reader in readers)
    assert get_closes("SPY", 1) == [489.0]


@pytest.mark.requirement("S2-44")
def test_outside_a_running_program_the_directory_in_use_is_read(tmp_path: Path) -> None:
    used = tmp_path / "elsewhere"
    used.mkdir()
    world = open_world(used)
    world.store_bars(minutes_from_open(10))
    (tmp_path / "system_databse").mkdir()
    (tmp_path / "system_databse" / ".data_dir").write_text(f"{used}\n")
    found = current_world(tmp_path)
    assert found is not None
    assert closes(found.last("SPY", 2)) == [108.0, 109.0]
    world.store_bars([bar_at(SESSION.open + 10 * MINUTE, 7.0, source=BarSource.STREAM)])
    assert found.bar_store.newest_ts("SPY") == SESSION.open + 10 * MINUTE
    found.bar_store.store.close()
    world.bar_store.store.close()


def test_outside_a_running_program_no_database_is_created(tmp_path: Path) -> None:
    (tmp_path / "database").mkdir()
    assert current_world(tmp_path) is None
    assert list((tmp_path / "database").iterdir()) == []


@pytest.mark.parametrize("pointer", [None, "", "\n"])
def test_without_a_directory_in_the_pointer_the_default_folder_is_read(tmp_path: Path, pointer: str | None) -> None:
    (tmp_path / "database").mkdir()
    if pointer is not None:
        (tmp_path / "system_databse").mkdir()
        (tmp_path / "system_databse" / ".data_dir").write_text(pointer)
    world = open_world(tmp_path)
    world.store_bars(minutes_from_open(3))
    world.bar_store.store.close()
    shutil.move(tmp_path / "market.db", tmp_path / "database" / "market.db")
    found = current_world(tmp_path)
    assert found is not None
    assert closes(found.last("SPY", 9)) == [100.0, 101.0, 102.0]
    assert [path.name for path in (tmp_path / "database").iterdir()] == ["market.db"]
    running = open_world(tmp_path / "database")  # the program starts while the second terminal stays open
    running.store_bars(minutes_from_open(5))
    assert closes(found.last("SPY", 9)) == [100.0, 101.0, 102.0, 103.0, 104.0]
    running.bar_store.store.close()
    found.bar_store.store.close()


@pytest.mark.requirement("S2-44")
def test_the_demo_of_the_house_is_found_in_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "database" / "demo").mkdir(parents=True)
    (tmp_path / "system_databse").mkdir()
    (tmp_path / "system_databse" / ".data_dir").write_text("demo")
    assert current_world(tmp_path) is None
    world = open_world(tmp_path / "database" / "demo")
    world.store_bars(minutes_from_open(2))
    world.bar_store.store.close()
    found = current_world(tmp_path)
    assert found is not None
    assert closes(found.last("SPY", 9)) == [100.0, 101.0]
    found.bar_store.store.close()


def test_an_unbound_process_stores_nothing() -> None:
    assert not insert_minute_data("SPY", at(0), OHLCV)


def test_in_the_program_nothing_is_seen_before_its_own_market_is_bound() -> None:
    """A strategy that reads at import must not see the files of another run."""
    probe = (
        "from database import db_manager\n"
        "db_manager.current_world = None  # reading outside would fail loudly\n"
        "db_manager.enter_program()\n"
        "print(db_manager.get_data_for_algorithm('SPY', 'last_n_bars', 5), db_manager.get_latest_price('SPY'))\n"
    )
    finished = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert finished.stdout.split() == ["[]", "None"]
