"""What a backtest lets its strategies read is, at every minute, what a live run would: the store is the judge."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database import db_manager
from database.bar import MINUTE
from database.bar_store import BarStore
from database.bars.bar_columns import BarColumns
from database.bars.exact_average import average, rolling
from database.bars.market_schema import APPLICATION_ID, migrations
from database.bars.market_world import MarketWorld
from database.schema_check import open_database
from database.timestamps import iso_minute, iso_minutes, iso_span
from orchestra.backtest.history.history_world import HistoryWorld
from tests.orchestra.backtest.played_house import calendar, made_columns, made_history, sessions

DAYS = tuple(date(2024, 6, day) for day in (3, 4, 5, 6, 7, 10, 11, 12))
TRADED = DAYS[3:]
SPARSE = made_columns("THIN", DAYS, traded=0.4)
DENSE = made_columns("FULL", DAYS)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BarStore]:
    path: Path = tmp_path_factory.mktemp("store") / "market.db"
    store = open_database(path, migrations, APPLICATION_ID, synchronous="NORMAL")
    bars = BarStore(store, calendar())
    for columns in (SPARSE, DENSE):
        bars.insert(columns.bar(index) for index in range(len(columns)))
    yield bars
    store.close()


def minutes(*played: BarColumns) -> Iterator[tuple[HistoryWorld, int]]:
    """Walk through all sessions and yield the world at every minute. played: what it holds before anybody asks."""
    others = {each.symbol: each for each in (SPARSE, DENSE)}
    history = made_history(*(played or others.values()), days=TRADED)
    world = HistoryWorld(
        history, calendar(), read_other=lambda symbol: others[symbol] if symbol in others else BarColumns(symbol)
    )
    world.rewind(sessions(*TRADED)[0].open)
    for session in sessions(*TRADED):
        for index, text in enumerate(world.open(session)):
            world.minute, world.text = session.open + MINUTE * (index + 1), text
            for window in world.order:
                window.stop = window.stops[index]
            yield world, world.minute
    world.verify()


@pytest.mark.parametrize(
    ("played", "quiet"), [((SPARSE, DENSE), 0), ((SPARSE,), 0), ((SPARSE,), 700), ((SPARSE,), 1_900)]
)
def test_every_read_at_every_minute_equals_the_stores(
    played: tuple[BarColumns, ...], quiet: int, stored: BarStore
) -> None:
    """Read also what is not played, and first asked for after some quiet minutes."""
    chance = random.Random(4)
    live = MarketWorld(stored, calendar())
    for number, (world, minute) in enumerate(minutes(*played)):
        if number < quiet or chance.random() < 0.93:
            continue
        live.as_of = minute
        db_manager.bind(live)
        symbol, n = chance.choice(("THIN", "FULL", "NONE")), chance.choice((1, 20, 51, 300, 1_500, 5_000))
        before = chance.choice((None, world.text, iso_minute(minute - chance.randrange(0, 4_000) * 60)))
        start = iso_minute(minute - chance.randrange(0, 9_000) * 60)
        end = datetime.fromtimestamp(minute + chance.randrange(-3_000, 3_000) * 60, UTC)
        asked = [
            ("get_data_for_algorithm", (symbol, "last_n_bars"), {"n": n, "before_timestamp": before}),
            ("get_data_for_algorithm", (symbol, "last_n_bars", n, before), {}),
            ("get_data_for_algorithm", (symbol, "time_range", start, end), {}),
            ("get_data_for_algorithm", (symbol, "since"), {"start": start}),
            ("get_data_for_algorithm", (symbol, "session", chance.choice(DAYS)), {}),
            ("get_closes", (symbol, n, before), {}),
            ("get_sma", (symbol, chance.choice((2, 20, 50, 700)), before), {}),
            ("get_latest_price", (symbol,), {}),
            *longer_reads(chance, symbol, before, (start, end)),
        ]
        expected = [db_manager.OWN_FUNCTIONS[name](*args, **words) for name, args, words in asked]
        db_manager.bind(world)
        functions = world.functions
        assert [functions[name](*args, **words) for name, args, words in asked] == expected
    db_manager.unbind()


def longer_reads(
    chance: random.Random, symbol: str, before: str | None, span: tuple[str, datetime]
) -> list[tuple[str, tuple[object, ...], dict[str, object]]]:
    length: dict[str, object] = {"timeframe": chance.choice(("5m", "15m", "30m", "1h", "4h", "1d"))}
    n = chance.choice((1, 7, 60, 300))
    return [
        ("get_data_for_algorithm", (symbol, "last_n_bars", n, before), length),
        ("get_data_for_algorithm", (symbol, "time_range", *span), length),
        ("get_data_for_algorithm", (symbol, "since", span[0]), length),
        ("get_data_for_algorithm", (symbol, "session", chance.choice(DAYS)), length),
        ("get_closes", (symbol, n, before), length),
        ("get_sma", (symbol, n, before), length),
    ]


@pytest.mark.parametrize(
    ("what", "words"),
    [("last_n_bars", {"n": -1}), ("last_n_bars", {"n": 1.5}), ("since", {"start": "2024-06-03T00:00:00"}), ("all", {})],
)
def test_what_cannot_be_meant_is_refused_as_live(what: str, words: dict[str, object]) -> None:
    world, _ = next(minutes())
    db_manager.bind(world)
    try:
        with pytest.raises(ValueError, match=r"pass|use|write"):
            world.functions["get_data_for_algorithm"]("FULL", what, **words)
    finally:
        db_manager.unbind()


def test_a_bar_that_is_not_over_is_in_no_answer() -> None:
    for world, minute in minutes():
        newest = world.functions["get_data_for_algorithm"]("FULL", "last_n_bars", n=1)[0]["timestamp"]
        assert newest == iso_minute(minute - MINUTE)


@given(st.lists(st.integers(1, 10**9).map(lambda cents: cents / 100), max_size=80), st.integers(1, 60))
@settings(max_examples=200, deadline=None)
def test_a_rolling_average_is_the_average_of_each_window(prices: list[float], count: int) -> None:
    expected = [average(prices[end - count : end]) if end >= count else None for end in range(1, len(prices) + 1)]
    assert rolling(prices, count) == expected


def test_averages_that_are_equal_on_paper_are_equal() -> None:
    prices = [0.1, 0.2, 0.3, 0.4]
    assert average(prices) == average(prices[::-1]) == 0.25


@given(st.integers(0, 2**32 // MINUTE).map(lambda minute: minute * MINUTE), st.integers(0, 400))
def test_many_minutes_are_spelled_as_each(start: int, count: int) -> None:
    expected = [iso_minute(ts) for ts in range(start, start + count * MINUTE, MINUTE)]
    assert iso_minutes(range(start, start + count * MINUTE, MINUTE)) == iso_span(start, count) == expected
