"""Decision rows: every minute explained once, equal holds in a row as one row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.sqlite_store import SqliteStore
from system_databse.rows import decisions
from system_databse.trading_signal import Outcome
from tests.system_databse.made_orders import MINUTE, decision_at, open_store

OPEN = 1_795_012_200
FIRST = OPEN + MINUTE


def record(store: SqliteStore, *judged, session_open: int = OPEN) -> None:
    with store.transaction() as connection:
        for decision in judged:
            decisions.record(connection, decision, session_open=session_open)


def spans(store: SqliteStore, algorithm: int = 1) -> list[tuple[int, int, str]]:
    """Return (first, last, outcome) of each row, minutes counted from the first one."""
    with store.reader() as connection:
        rows = connection.execute(
            "SELECT minute, until_minute, outcome FROM decisions WHERE algo_id = ? ORDER BY minute", (algorithm,)
        )
        return [((row[0] - FIRST) // MINUTE, (row[1] - FIRST) // MINUTE, row[2]) for row in rows]


def minute(number: int) -> int:
    return FIRST + number * MINUTE


def test_equal_holds_in_a_row_are_one_row(store: SqliteStore) -> None:
    record(store, *(decision_at(minute(n), reason="quiet") for n in range(5)))
    assert spans(store) == [(0, 4, "HELD")]


def test_another_reason_starts_a_new_row(store: SqliteStore) -> None:
    record(store, decision_at(minute(0), reason="quiet"), decision_at(minute(1), reason="busy"))
    assert spans(store) == [(0, 0, "HELD"), (1, 1, "HELD")]


def test_a_gap_starts_a_new_row(store: SqliteStore) -> None:
    record(store, decision_at(minute(0)), decision_at(minute(2)))
    assert spans(store) == [(0, 0, "HELD"), (2, 2, "HELD")]


def test_an_order_between_two_holds_parts_them(store: SqliteStore) -> None:
    record(store, decision_at(minute(0)), decision_at(minute(1), Outcome.SUBMITTED), decision_at(minute(2)))
    assert spans(store) == [(0, 0, "HELD"), (1, 1, "SUBMITTED"), (2, 2, "HELD")]


def test_holds_never_merge_across_a_session(store: SqliteStore) -> None:
    """Even if a session opened in the very minute in which the last one closed."""
    record(store, decision_at(minute(0)))
    record(store, decision_at(minute(1)), session_open=minute(0))
    assert spans(store) == [(0, 0, "HELD"), (1, 1, "HELD")]


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.HELD])
def test_nothing_but_holds_merges(store: SqliteStore, outcome: Outcome) -> None:
    record(store, *(decision_at(minute(n), outcome, reason="same") for n in range(2)))
    assert spans(store) == [(0, 0, outcome), (1, 1, outcome)]


def test_algorithms_do_not_merge_with_each_other(store: SqliteStore) -> None:
    record(store, *(decision_at(minute(n), algorithm=a) for n in range(3) for a in (1, 2)))
    assert spans(store, 1) == spans(store, 2) == [(0, 2, "HELD")]


def test_the_cursor_is_the_last_minute_of_the_newest_row(store: SqliteStore) -> None:
    record(store, *(decision_at(minute(n)) for n in range(3)))
    with store.reader() as connection:
        assert decisions.newest(connection, 1) == (minute(2), "hold", "0", "HELD", "", None)
        assert decisions.newest(connection, 2) is None


@given(outcomes=st.lists(st.tuples(st.sampled_from(Outcome), st.sampled_from("ab"), st.booleans()), max_size=25))
def test_minutes_are_counted_exactly_however_rows_merge(tmp_path_factory, outcomes) -> None:
    store = open_store(tmp_path_factory.mktemp("decisions"))
    now, expected = 0, dict.fromkeys(Outcome, 0)
    for outcome, reason, is_gap in outcomes:
        now += 2 if is_gap else 1
        record(store, decision_at(minute(now), outcome, reason=reason))
        expected[outcome] += 1
    with store.reader() as connection:
        assert decisions.count_minutes(connection) == {str(o): count for o, count in expected.items() if count}
    store.close()
