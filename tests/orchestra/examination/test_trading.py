"""What a doctor says of the trading: halt, reconciliation, memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from orchestra.examination.gauges import Gauge, gauges_of, memory_slope
from orchestra.examination.trading import examine_trading
from orchestra.messages.diagnosis import Diagnosis, State
from orchestra.run.data_directory import in_folder
from system_databse import system_schema
from system_databse.door import door_schema

NOW = datetime(2026, 11, 26, 14, tzinfo=UTC)
HOUR = 3600.0


def examined(folder: Path, *, is_market_real: bool = True) -> dict[str, Diagnosis]:
    found = examine_trading(in_folder(folder), now=NOW, is_market_real=is_market_real)
    return {each.what: each for each in found}


@contextmanager
def system_of(folder: Path) -> Iterator[SqliteStore]:
    store = open_database(
        folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
    )
    yield store
    store.close()


def reconciled(folder: Path, *runs: tuple[str, str]) -> None:
    with system_of(folder) as store, store.transaction() as connection:
        connection.executemany("INSERT INTO recon_runs(at, kind, result) VALUES(?, 'start', ?)", runs)


def test_a_directory_without_a_run_is_well(tmp_path: Path) -> None:
    assert {each.state for each in examined(tmp_path).values()} == {State.OK}
    assert examined(tmp_path)["memory"].sentence == "no gauges yet"


def test_the_last_clean_comparison_is_told_in_hours(tmp_path: Path) -> None:
    reconciled(tmp_path, ("2026-11-26T11:00:00.000Z", "clean"))
    assert examined(tmp_path)["reconciliation"].sentence == "books and account agreed 3.0 hours ago"
    of_the_market = examined(tmp_path, is_market_real=False)["reconciliation"].sentence
    assert of_the_market == "books and account agreed at 2026-11-26T11:00:00.000Z of market time"


def test_a_difference_that_is_not_settled_is_bad(tmp_path: Path) -> None:
    reconciled(tmp_path, ("2026-11-26T11:00:00.000Z", "clean"), ("2026-11-26T12:00:00.000Z", "mismatch: ACME"))
    found = examined(tmp_path)["reconciliation"]
    assert found.state is State.BAD
    assert "ACME" in found.sentence


@pytest.mark.parametrize(
    ("stored", "state", "words"),
    [
        (None, State.OK, "not halted"),
        (json.dumps({"at": "2026-11-26T13:00:00Z", "by": "this machine"}), State.WARN, "by this machine"),
        ("rubbish", State.WARN, "by an earlier run"),
        ("[]", State.WARN, "by an earlier run"),
    ],
)
def test_a_halt_is_told(stored: str | None, state: State, words: str, tmp_path: Path) -> None:
    store = open_database(tmp_path / "door.db", door_schema.migrations, door_schema.APPLICATION_ID, synchronous="FULL")
    if stored is not None:
        with store.transaction() as connection:
            connection.execute("INSERT INTO control VALUES('halt', ?)", (stored,))
    store.close()
    found = examined(tmp_path)["halt"]
    assert found.state is state
    assert words in found.sentence


def write_log(folder: Path, megabytes: list[float]) -> None:
    (folder / "logs").mkdir()
    lines = [
        f"2026-11-{1 + hour // 24:02} {hour % 24:02}:00:00,123 - INFO - Gauges: threads=12 rss_mb={value} fds=40\n"
        for hour, value in enumerate(megabytes)
    ]
    (folder / "logs" / "orchestrator.log").write_text("noise\n" + "".join(lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("megabytes", "state", "words"),
    [
        ([90.0, 91.0], State.OK, "too few"),
        ([90.0] * 48, State.OK, "+0.0 MB a day over 48 gauges"),
        ([90.0 + hour * 0.5 for hour in range(48)], State.OK, "+12.0 MB a day"),
        ([90.0 + hour for hour in range(48)], State.WARN, "+24.0 MB a day"),
        # Half a day on each step: nothing says yet that it will not go on.
        ([90.0] * 24 + [140.0] * 24, State.WARN, "MB a day"),
    ],
)
def test_memory_that_grows_is_seen(megabytes: list[float], state: State, words: str, tmp_path: Path) -> None:
    write_log(tmp_path, megabytes)
    found = examined(tmp_path)["memory"]
    assert words in found.sentence
    assert found.state is state


def test_gauges_that_are_events_count_too(tmp_path: Path) -> None:
    with system_of(tmp_path) as store, store.transaction() as connection:
        rows = [
            ("gauges", json.dumps({"rss_bytes": 104857600, "fds": 4}), "2026-11-26T11:00:00.000Z"),
            ("gauges", "rubbish", "2026-11-26T12:00:00.000Z"),
            ("order.found_late", "{}", "2026-11-26T12:00:00.000Z"),
        ]
        connection.executemany("INSERT INTO events(type, data, ts) VALUES(?, ?, ?)", rows)
    (gauge,) = gauges_of(tmp_path / "logs", tmp_path / "system.db")
    assert gauge.megabytes == 100.0


@given(st.floats(-5, 5), st.integers(6, 40), st.integers(0, 2))
def test_the_slope_is_that_of_a_straight_line_whatever_a_few_gauges_say(
    a_day: float, count: int, outliers: int
) -> None:
    gauges = [Gauge(hour * HOUR, 100 + a_day * hour / 24) for hour in range(count)]
    for place in range(outliers if count > 20 else 0):
        gauges[count // 2 + place] = Gauge(gauges[count // 2 + place].at, 900.0)
    assert memory_slope(gauges) * 24 * HOUR == pytest.approx(a_day, abs=1.0 if outliers else 1e-6)
