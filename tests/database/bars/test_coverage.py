"""What was asked for, against a set of minutes."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from database.bar import MINUTE
from database.bars.coverage import Coverage
from database.calendar_manager import MarketCalendar
from tests.database.market import open_store, session_on

CALENDAR = MarketCalendar()
FIRST, LAST = session_on(date(2026, 11, 18)), session_on(date(2026, 11, 20))
minutes = st.integers(FIRST.open // MINUTE - 30, LAST.close // MINUTE + 30).map(lambda minute: minute * MINUTE)
a_range = st.tuples(minutes, minutes)


def session_minutes(start: int, end: int) -> set[int]:
    return {
        minute
        for session in CALENDAR.sessions_between(start, end)
        for minute in range(max(start, session.open), min(end, session.close), MINUTE)
    }


@settings(max_examples=60)
@given(st.lists(a_range, max_size=8), a_range)
def test_what_is_left_is_the_session_time_never_asked_for(
    asked: list[tuple[int, int]], wanted: tuple[int, int]
) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        coverage = Coverage(store, CALENDAR)
        known: set[int] = set()
        for start, end in asked:
            coverage.record("SPY", (start, end), rows=1, at=LAST.close)
            known |= session_minutes(start, end)
        left = coverage.uncovered("SPY", *wanted)
        assert {minute for part in left for minute in session_minutes(*part)} == session_minutes(*wanted) - known
        assert Coverage(store, CALENDAR).uncovered("SPY", *wanted) == left  # as after a restart
        assert all(coverage.is_covered("SPY", minute) == (minute in known) for minute in session_minutes(*wanted))
        assert coverage.uncovered("QQQ", FIRST.open, FIRST.close) == [(FIRST.open, FIRST.close)]
        store.close()


def test_sessions_side_by_side_are_one_range_and_a_covered_one_splits_them(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    coverage = Coverage(store, CALENDAR)
    middle = session_on(date(2026, 11, 19))
    assert coverage.uncovered("SPY", FIRST.open - 900, LAST.close + 900) == [(FIRST.open, LAST.close)]
    coverage.record("SPY", (middle.open, middle.close), rows=390, at=LAST.close)
    assert coverage.uncovered("SPY", FIRST.open, LAST.close) == [(FIRST.open, FIRST.close), (LAST.open, LAST.close)]
    store.close()


def test_touching_ranges_become_one_row_with_their_rows_summed(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    coverage = Coverage(store, CALENDAR)
    coverage.record("SPY", (FIRST.open, FIRST.open + 600), rows=10, at=LAST.close)
    coverage.record("SPY", (FIRST.open + 1200, FIRST.open + 1800), rows=10, at=LAST.close)
    coverage.record("SPY", (FIRST.open + 600, FIRST.open + 1200), rows=0, at=LAST.close)
    with store.reader() as connection:
        rows = connection.execute("SELECT symbol, from_ts, to_ts, status, rows FROM backfills").fetchall()
    assert rows == [("SPY", FIRST.open, FIRST.open + 1800, "DONE", 20)]
    store.close()


def test_gaps_are_kept_beside_what_was_asked_for_until_history_has_them(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    coverage = Coverage(store, CALENDAR)
    gap = (FIRST.open + 600, FIRST.open + 900)
    coverage.record("SPY", (FIRST.open, FIRST.open + 600), rows=10, at=LAST.close)
    coverage.note_gaps("SPY", [gap, (LAST.open, LAST.open + 60)], at=LAST.close)
    coverage.note_gaps("QQQ", [gap], at=LAST.close)
    assert coverage.gaps() == [("QQQ", *gap), ("SPY", *gap), ("SPY", LAST.open, LAST.open + 60)]
    assert Coverage(store, CALENDAR).uncovered("SPY", FIRST.open, FIRST.close) == [(FIRST.open + 600, FIRST.close)]
    coverage.record("SPY", gap, rows=5, at=LAST.close)
    assert coverage.gaps("SPY") == [("SPY", LAST.open, LAST.open + 60)]
    coverage.note_gaps("SPY", [], at=LAST.close)
    assert coverage.gaps() == [("QQQ", *gap)]
    assert coverage.uncovered("SPY", FIRST.open, FIRST.open + 900) == []
    store.close()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), a_range), max_size=10))
def test_gaps_and_answers_in_any_order_never_get_in_each_others_way(steps: list[tuple[bool, tuple[int, int]]]) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        coverage = Coverage(store, CALENDAR)
        asked: list[tuple[int, int]] = []
        for is_gap, part in steps:
            if is_gap:
                coverage.note_gaps("SPY", coverage.uncovered("SPY", *part), at=LAST.close)
            else:
                coverage.record("SPY", part, rows=1, at=LAST.close)
                asked.append(part)
        known = {minute for start, end in asked for minute in session_minutes(start, end)}
        left = coverage.uncovered("SPY", FIRST.open, LAST.close)
        whole = session_minutes(FIRST.open, LAST.close)
        assert {minute for part in left for minute in session_minutes(*part)} == whole - known
        store.close()


def test_two_who_note_the_same_start_both_get_through(tmp_path: Path) -> None:
    """As of a run that was killed and the one after it, both on one file for a moment."""
    store = open_store(tmp_path)
    old, new = Coverage(store, CALENDAR), Coverage(store, CALENDAR)
    asked = (FIRST.open, FIRST.open + 10 * MINUTE)
    assert not old.is_covered("SPY", FIRST.open)
    new.record("SPY", asked, rows=10, at=LAST.close)
    old.record("SPY", asked, rows=10, at=LAST.close)
    assert Coverage(store, CALENDAR).uncovered("SPY", *asked) == []
    store.close()
