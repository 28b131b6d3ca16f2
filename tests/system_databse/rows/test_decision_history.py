"""Decisions looked back at."""

from database.sqlite_store import SqliteStore
from system_databse.rows import decision_history, decisions
from system_databse.trading_signal import Outcome
from tests.system_databse.made_orders import MINUTE, decision_at

OPEN = 1_795_012_200


def minute(number: int) -> int:
    return OPEN + number * MINUTE


def record(store: SqliteStore, *judged) -> None:
    with store.transaction() as connection:
        for decision in judged:
            decisions.record(connection, decision, session_open=OPEN)


def test_the_rows_of_a_session_are_those_after_its_open_until_its_close(store: SqliteStore) -> None:
    record(store, *(decision_at(minute(n), reason=f"{n}") for n in range(5)))
    with store.reader() as connection:
        rows = decision_history.between(connection, minute(0), minute(3))
    assert [(row.algorithm_id, row.explained.minute, row.explained.reason) for row in rows] == [
        (1, minute(n), f"{n}") for n in (1, 2, 3)
    ]


def test_what_was_seen_reads_back_and_broken_text_is_nothing(store: SqliteStore) -> None:
    record(store, decision_at(minute(1)), decision_at(minute(2), reason="x"))
    with store.transaction() as connection:
        connection.execute('UPDATE decisions SET saw = \'{"cash": "5"}\' WHERE minute = ?', (minute(1),))
        connection.execute("UPDATE decisions SET saw = '[1]' WHERE minute = ?", (minute(2),))
    with store.reader() as connection:
        assert [row.saw for row in decision_history.between(connection, OPEN, minute(9))] == [{"cash": "5"}, {}]


def test_first_and_newest_minute_are_found(store: SqliteStore) -> None:
    record(store, decision_at(minute(2)), decision_at(minute(3)), decision_at(minute(7), Outcome.DENIED))
    with store.reader() as connection:
        assert decision_history.first_minute(connection, 1) == minute(2)
        assert decision_history.first_minute(connection, 2) is None
        assert decision_history.newest_minute(connection, before=minute(9)) == minute(7)
        assert decision_history.newest_minute(connection, before=minute(6)) == minute(2)
        assert decision_history.newest_minute(connection, before=OPEN) is None


def test_the_starts_of_the_engine_are_told_without_its_other_looks(store: SqliteStore) -> None:
    with store.transaction() as connection:
        for at, kind in (("13:00", "start"), ("14:00", "periodic"), ("15:00", "start"), ("16:00", "start")):
            connection.execute(
                "INSERT INTO recon_runs(at, kind, result) VALUES(?, ?, 'clean')", (f"2026-11-18T{at}:00.000Z", kind)
            )
    three = 1_795_014_000  # 2026-11-18T15:00:00Z
    with store.reader() as connection:
        assert decision_history.engine_starts(connection, until=three) == [three - 7_200, three]
