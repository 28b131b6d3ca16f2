"""The bar store against a dict: any order of any sources, and what is read back from disk and memory."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.bar import MINUTE, Bar, BarSource
from database.bar_store import BarStore
from database.bars import recent_bars
from database.bars.bar_mapping import shape
from database.calendar_manager import MarketCalendar
from tests.database.market import bar_at, minutes_from_open, open_store, recorded_bars, session_on

SESSION = session_on()
# Few minutes, so that bars meet; two before the open and after the close, which must never be stored.
MINUTES = [SESSION.open + i * MINUTE for i in (*range(-2, 30), *range(388, 392))]

a_bar = st.builds(
    bar_at,
    st.sampled_from(MINUTES),
    st.integers(1, 500).map(float),
    symbol=st.sampled_from(["SPY", "QQQ"]),
    source=st.sampled_from(BarSource),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BarStore]:
    files = open_store(tmp_path)
    yield BarStore(files, MarketCalendar())
    files.close()


@settings(max_examples=60)
@given(st.lists(st.one_of(st.lists(a_bar, max_size=12), st.sampled_from(["SPY", "QQQ"])), max_size=12))
def test_any_order_of_sources_leaves_what_the_rule_says(steps: list[list[Bar] | str]) -> None:
    model: dict[tuple[str, int], Bar] = {}
    with TemporaryDirectory() as folder:
        files = open_store(Path(folder))
        store = BarStore(files, MarketCalendar())
        for step in steps:
            if isinstance(step, str):  # a read in between, so that memory has something to be wrong about
                _assert_reads_agree(store, step, model)
                continue
            assert store.insert(step) == _apply(model, step)
        for symbol in ("SPY", "QQQ"):
            _assert_reads_agree(store, symbol, model)
        files.close()


def _apply(model: dict[tuple[str, int], Bar], bars: list[Bar]) -> int:
    changed = 0
    for bar in bars:
        known = model.get((bar.symbol, bar.ts))
        if SESSION.contains(bar.ts) and (known is None or bar.source > known.source):
            model[bar.symbol, bar.ts] = bar
            changed += 1
    return changed


def _assert_reads_agree(store: BarStore, symbol: str, model: dict[tuple[str, int], Bar]) -> None:
    expected = sorted((bar for (name, _), bar in model.items() if name == symbol), key=lambda bar: bar.ts)
    stored = store.bars_between(symbol, 0, 2**40)
    assert stored == expected
    assert [bar.source for bar in stored] == [bar.source for bar in expected]
    assert store.newest_ts(symbol) == (expected[-1].ts if expected else None)
    for count in (1, 7, 100):
        for before in (SESSION.open + 10 * MINUTE, SESSION.open + 10 * MINUTE + 59, SESSION.close):
            visible = [bar for bar in expected if bar.ts + MINUTE <= before][-count:]
            assert store.last_bars(symbol, count, before=before) == visible
            assert store.last_shaped(symbol, count, before=before) == [shape(bar) for bar in visible]


@pytest.mark.requirement("S2-36")
@pytest.mark.requirement("S2-76")
def test_bars_outside_the_session_are_dropped_and_counted(store: BarStore) -> None:
    outside = [SESSION.open - MINUTE, SESSION.close, SESSION.close + MINUTE, SESSION.open + 2 * 86_400]
    assert store.insert(bar_at(ts) for ts in outside) == 0
    assert store.dropped_off_session == 4
    assert store.insert([bar_at(SESSION.open), bar_at(SESSION.close - MINUTE)]) == 2
    assert store.newest_ts("SPY") == SESSION.close - MINUTE


def test_repeating_an_import_changes_nothing_and_counts_no_revision(store: BarStore) -> None:
    bars = minutes_from_open(120)
    assert store.insert(bars) == 120
    assert store.insert(bars) == 0
    with store.store.reader() as connection:
        assert connection.execute("SELECT max(rev) FROM bars_1m").fetchone() == (0,)


def test_a_better_source_replaces_a_bar_and_counts_a_revision(store: BarStore) -> None:
    store.insert([bar_at(SESSION.open, 100.0, source=BarSource.STREAM)])
    assert store.insert([bar_at(SESSION.open, 200.0, source=BarSource.OWN_TICKS)]) == 0
    assert store.insert([bar_at(SESSION.open, 101.0, source=BarSource.STREAM_UPDATED)]) == 1
    assert store.insert([bar_at(SESSION.open, 102.0, source=BarSource.HISTORY)]) == 1
    with store.store.reader() as connection:
        assert connection.execute("SELECT c, source, rev FROM bars_1m").fetchall() == [(102.0, 40, 2)]


def test_memory_follows_new_late_and_corrected_bars(store: BarStore) -> None:
    first, second, third, fourth = minutes_from_open(4)
    store.insert([first, third])
    assert store.last_shaped("SPY", 9, before=SESSION.close) == [shape(first), shape(third)]
    store.insert([fourth])
    store.insert([second])
    corrected = bar_at(third.ts, 55.0, source=BarSource.STREAM_UPDATED)
    store.insert([corrected])
    expected = [shape(bar) for bar in (first, second, corrected, fourth)]
    assert store.last_shaped("SPY", 9, before=SESSION.close) == expected


def test_memory_hands_out_fresh_lists(store: BarStore) -> None:
    store.insert(minutes_from_open(3))
    store.last_shaped("SPY", 3, before=SESSION.close).clear()
    assert len(store.last_shaped("SPY", 3, before=SESSION.close)) == 3


def test_more_bars_than_memory_holds_come_from_disk(store: BarStore) -> None:
    days = [date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)]
    bars = [bar for day in days for bar in minutes_from_open(390, day=day)]
    store.insert(bars[:1])
    store.last_shaped("SPY", 1, before=SESSION.close)
    for start in range(1, len(bars), 50):
        store.insert(bars[start : start + 50])
        store.last_shaped("SPY", 51, before=SESSION.close)
    for count in (1, recent_bars.DEPTH, recent_bars.DEPTH + 1, 1000, 5000):
        assert store.last_shaped("SPY", count, before=SESSION.close) == [shape(bar) for bar in bars[-count:]]
    early = bars[400].ts
    assert store.last_shaped("SPY", 5, before=early) == [shape(bar) for bar in bars[395:400]]


def test_memory_is_bounded_in_symbols(store: BarStore) -> None:
    symbols = [f"S{i}" for i in range(recent_bars.SYMBOLS + 5)]
    store.insert(bar_at(SESSION.open, symbol=symbol) for symbol in symbols)
    for symbol in symbols:
        store.last_shaped(symbol, 1, before=SESSION.close)
    assert sum(store.recent.holds(symbol) for symbol in symbols) == recent_bars.SYMBOLS
    assert not store.recent.holds("S0")


def test_an_unknown_symbol_has_no_bars(store: BarStore) -> None:
    assert store.last_bars("NONE", 5, before=SESSION.close) == []
    assert store.last_shaped("NONE", 5, before=SESSION.close) == []
    assert store.bars_between("NONE", 0, SESSION.close) == []
    assert store.newest_ts("NONE") is None


def test_a_failed_insert_leaves_nothing_and_no_id(store: BarStore) -> None:
    impossible = Bar("BAD", SESSION.open, 1.0, 0.5, 2.0, 1.0, 1.0)  # not made by the validator
    with pytest.raises(Exception, match="CHECK"):
        store.insert([bar_at(SESSION.open), impossible])
    assert store.newest_ts("SPY") is None
    assert store.insert([bar_at(SESSION.open), bar_at(SESSION.open, symbol="BAD")]) == 2
    assert [bar.symbol for bar in store.last_bars("BAD", 5, before=SESSION.close)] == ["BAD"]


@pytest.mark.requirement("S2-72")
@pytest.mark.requirement("S2-78")
@pytest.mark.requirement("S0-19")
def test_eight_threads_write_a_thousand_times_each_while_others_read(store: BarStore) -> None:
    bars = [bar for day in (18, 19, 20) for bar in minutes_from_open(390, day=date(2026, 11, day))][:1000]

    def write(worker: int) -> int:
        changed = 0
        for bar in bars:
            changed += store.insert([bar_at(bar.ts, bar.close, symbol=f"S{worker}")])
            store.last_shaped(f"S{worker}", 5, before=bar.ts)
        return changed

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(8))) == [1000] * 8
    for worker in range(8):
        last = store.last_shaped(f"S{worker}", 1000, before=SESSION.close)
        assert [bar["ohlcv"]["c"] for bar in last] == [bar.close for bar in bars]


@pytest.mark.requirement("S2-81")
def test_the_last_bars_are_found_by_the_key_and_not_by_a_scan(store: BarStore) -> None:
    store.insert(minutes_from_open(60))
    statements: list[str] = []
    with store.store.reader() as connection:
        connection.set_trace_callback(statements.append)
    store.last_bars("SPY", 51, before=SESSION.close)
    with store.store.reader() as connection:
        connection.set_trace_callback(None)
        (plan,) = connection.execute(f"EXPLAIN QUERY PLAN {statements[-1]}").fetchall()
    assert plan[3] == "SEARCH bars_1m USING PRIMARY KEY (symbol_id=? AND ts<?)"


@pytest.mark.parametrize(
    ("file", "symbol", "sessions"),
    [
        ("shy_2008_sparse_dst", "SHY", {date(2008, 3, 7): 333, date(2008, 3, 10): 313}),
        ("goog_2015_early_close", "GOOG", {date(2015, 12, 23): 390, date(2015, 12, 24): 210}),
    ],
)
@pytest.mark.requirement("S2-36")
def test_recorded_days_keep_their_regular_minutes(
    store: BarStore, recorded_days: Path, file: str, symbol: str, sessions: dict[date, int]
) -> None:
    bars = list(recorded_bars(recorded_days / "equity_1min" / f"{file}.csv.gz"))
    assert store.insert(bars) == sum(sessions.values())
    assert store.dropped_off_session == len(bars) - sum(sessions.values())
    for day, minutes in sessions.items():
        session = session_on(day)
        stored = store.bars_between(symbol, session.open, session.close)
        assert len(stored) == minutes
        assert stored == [bar for bar in bars if session.contains(bar.ts)]


@pytest.mark.parametrize("days", [(date(2011, 3, 11), date(2011, 3, 14)), (date(2026, 10, 30), date(2026, 11, 2))])
def test_bars_across_a_clock_change_follow_each_other_by_session_time(store: BarStore, days: tuple[date, date]) -> None:
    bars = [bar for day in days for bar in minutes_from_open(390, day=day)]
    store.insert(bars)
    stored = store.last_bars("SPY", 780, before=session_on(days[1]).close)
    assert [bar.ts for bar in stored] == [bar.ts for bar in bars]
    steps = [later.ts - earlier.ts for earlier, later in pairwise(stored)]
    assert min(set(steps)) == MINUTE
    assert len([step for step in steps if step != MINUTE]) == 1


def test_each_bar_tells_where_it_came_from_and_how_often_it_was_replaced(store: BarStore) -> None:
    first, second = SESSION.open, SESSION.open + MINUTE
    for source in (BarSource.STREAM, BarSource.STREAM_UPDATED, BarSource.HISTORY, BarSource.STREAM_UPDATED):
        store.insert([bar_at(first, 10.0 + source, source=source)])
    store.insert([bar_at(second, 10.0, source=BarSource.OWN_TICKS)])
    assert store.origins("SPY", first, second + MINUTE) == [
        (first, BarSource.HISTORY, 2),
        (second, BarSource.OWN_TICKS, 0),
    ]
    assert store.origins("SPY", second, second) == store.origins("NONE", first, second) == []
