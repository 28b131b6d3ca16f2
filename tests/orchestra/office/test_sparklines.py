"""The little line: the session's closes, thinned to sixty, whatever way the bars came."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.bar import MINUTE
from database.bar_store import BarStore
from database.bars import market_schema
from database.calendar_manager import MarketCalendar, Session
from database.schema_check import open_database
from orchestra.office.sparklines import POINTS, Sparklines, _thinned

CALENDAR = MarketCalendar()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> BarStore:
    path: Path = tmp_path_factory.mktemp("bars") / "market.db"
    return BarStore(
        open_database(path, market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"), CALENDAR
    )


@given(closes=st.lists(st.floats(1, 1_000, allow_nan=False), max_size=400))
def test_at_most_sixty_points_keep_both_ends_and_the_order(closes: list[float]) -> None:
    shown = _thinned(closes)
    assert len(shown) == min(len(closes), POINTS)
    assert not closes or (shown[0], shown[-1]) == (closes[0], closes[-1])
    remaining = iter(closes)
    assert all(point in remaining for point in shown)


SESSIONS = CALENDAR.sessions_between(1_720_000_000, 1_790_000_000)


@settings(max_examples=30)
@given(
    number=st.integers(0, len(SESSIONS) - 1),
    minutes=st.lists(st.integers(0, 120), min_size=1, max_size=30, unique=True).map(sorted),
    looks=st.sets(st.integers(0, 29)),
)
def test_a_line_that_is_looked_at_now_and_then_is_what_the_store_holds(
    stored: BarStore, number: int, minutes: list[int], looks: set[int]
) -> None:
    session: Session = SESSIONS[number]
    symbol = f"S{number}"
    lines = Sparklines(stored)
    for index, minute in enumerate(minutes):
        ts, close = session.open + minute * MINUTE, 10.0 + index
        stored.insert([bar_at(symbol, ts, close)])
        if index in looks:
            held = [bar.close for bar in stored.bars_between(symbol, session.open, ts + MINUTE)]
            newest = stored.bars_between(symbol, ts, ts + MINUTE)[0]
            assert lines.line(symbol, session, (ts, newest.close)) == _thinned(held)


def bar_at(symbol: str, ts: int, close: float):  # type: ignore[no-untyped-def]
    from database.bar import Bar, BarSource

    return Bar(symbol, ts, close, close, close, close, 100.0, None, None, BarSource.STREAM)


def test_lines_nobody_shows_are_forgotten(stored: BarStore) -> None:
    lines, session = Sparklines(stored), SESSIONS[0]
    lines.line("GONE", session, (session.open, 1.0))
    lines.line("KEPT", session, (session.open, 1.0))
    lines.forget_others({"KEPT"})
    assert set(lines._lines) == {"KEPT"}
