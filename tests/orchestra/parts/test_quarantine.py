"""What the quarantine remembers, over restarts and over the days."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from orchestra.parts.quarantine import KEY, STRIKES_COUNT_FOR, Quarantine
from system_databse import system_schema
from system_databse.rows import settings


class Calendar:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def system(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_database(
        tmp_path / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
    )
    yield store
    store.close()


@pytest.mark.parametrize(
    ("between", "is_held"),
    [(timedelta(minutes=1), True), (STRIKES_COUNT_FOR, True), (STRIKES_COUNT_FOR + timedelta(seconds=1), False)],
)
def test_second_time_within_a_week_switches_off(between: timedelta, is_held: bool, system: SqliteStore) -> None:
    calendar = Calendar()
    assert Quarantine(system, calendar.now).strike(4) == ""
    calendar.at += between
    assert bool(Quarantine(system, calendar.now).strike(4)) is is_held
    assert list(Quarantine(system, calendar.now).reasons) == ([4] if is_held else [])


def test_each_algorithm_is_counted_for_itself(system: SqliteStore) -> None:
    quarantine = Quarantine(system, Calendar().now)
    assert [quarantine.strike(number) for number in (1, 2, 3)] == ["", "", ""]
    assert quarantine.strike(2)
    assert list(quarantine.reasons) == [2]


def test_quarantine_lasts_until_it_is_lifted_and_then_counts_anew(system: SqliteStore) -> None:
    calendar = Calendar()
    Quarantine(system, calendar.now).hold(7, "it took all the memory")
    calendar.at += timedelta(days=400)
    assert dict(Quarantine(system, calendar.now).reasons) == {7: "it took all the memory"}
    Quarantine(system, calendar.now).lift(7)
    Quarantine(system, calendar.now).lift(8)
    assert dict(Quarantine(system, calendar.now).reasons) == {}
    assert Quarantine(system, calendar.now).strike(7) == ""


@pytest.mark.parametrize("kept", ["", "[]", "5", '{"x": {}}', '{"1": {"strikes": "many"}}', '{"1": null}', "{"])
def test_what_cannot_be_read_suspects_nobody(kept: str, system: SqliteStore) -> None:
    with system.transaction() as connection:
        settings.put(connection, KEY, kept, at="2026-11-20T15:00:00.000Z")
    assert dict(Quarantine(system, Calendar().now).reasons) == {}
