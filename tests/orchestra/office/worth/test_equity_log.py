"""What account and algorithms were worth: written with the minute, thinned after five days, closes kept."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from database.bar import MINUTE
from database.errors import StorageError
from orchestra.messages.commands import StopAlgorithm
from system_databse.rows import equity_snapshots
from tests.orchestra.owner_house import CLOSE, NEXT_OPEN, OPEN, OwnerHouse

ROWS = "SELECT scope, ts, equity, cash, exposure FROM equity_snapshots ORDER BY scope, ts"


def test_each_decided_minute_leaves_a_row_for_each_algorithm_and_the_account(house: OwnerHouse) -> None:
    id_ = house.start_algorithm(capital=10_000)
    house.minute_at(OPEN + MINUTE)
    house.fill()
    # The account's row holds what the broker last told, here after the fill and before the next bar.
    house.pass_until(lambda: (latest := house.engine.owner.account.latest) is not None and latest.cash < 100_000)
    house.minute_at(OPEN + 3 * MINUTE)
    assert house.rows(ROWS) == [
        ("account", OPEN + MINUTE, 100_000.0, 100_000.0, 0.0),
        ("account", OPEN + 3 * MINUTE, 99_999.95, 99_749.95, 250.0),
        (f"algo:{id_}", OPEN + MINUTE, 10_000.0, 10_000.0, 0.0),
        # Five shares of 50.01 on a close of 50.02.
        (f"algo:{id_}", OPEN + 3 * MINUTE, 10_000.05, 9_749.95, 250.1),
    ]


def test_missed_minutes_and_closed_hours_leave_none(house: OwnerHouse) -> None:
    house.start_algorithm("idle")
    house.minute_at(OPEN + MINUTE)
    house.engine.record_missed([OPEN + 2 * MINUTE])
    house.minute_at(CLOSE + 10 * MINUTE)
    assert {ts for _, ts, *_ in house.rows(ROWS)} == {OPEN + MINUTE}


def test_a_stopped_algorithm_is_logged_as_long_as_it_keeps_shares(house: OwnerHouse) -> None:
    kept, empty = house.start_algorithm(), house.start_algorithm("idle")
    house.minute_at(OPEN + MINUTE)
    house.fill()
    for id_ in (kept, empty):
        house.give(StopAlgorithm(id_))
    house.minute_at(OPEN + 2 * MINUTE)
    logged = {scope for scope, ts, *_ in house.rows(ROWS) if ts == OPEN + 2 * MINUTE}
    assert logged == {"account", f"algo:{kept}"}


def test_rows_belong_to_the_minutes_own_transaction(house: OwnerHouse) -> None:
    house.start_algorithm("idle")
    with house.stores.system.transaction() as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON equity_snapshots BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    with pytest.raises(StorageError):
        house.minute_at(OPEN + MINUTE)
    assert house.rows("SELECT * FROM decisions") == []
    assert house.engine.books.minute == 0


def test_after_five_days_only_the_closes_are_left(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("idle")
    calendar = house.world.calendar
    days = [date(2024, 6, 10) + timedelta(days=number) for number in range(23)]
    sessions = [session for day in days if (session := calendar.session_on(day))]
    with house.stores.system.transaction() as connection:
        for session in sessions:
            for ts in (session.open + MINUTE, session.close - MINUTE, session.close):
                for scope in ("account", f"algo:{id_}"):
                    equity_snapshots.put(connection, scope, ts, equity=Decimal(1), cash=Decimal(1))
    house.minute_at(CLOSE)
    oldest_kept = CLOSE - 5 * 86_400
    for scope in ("account", f"algo:{id_}"):
        left = {ts for each, ts, *_ in house.rows(ROWS) if each == scope}
        closes = {session.close for session in sessions} | {CLOSE}
        recent = {ts for s in sessions for ts in (s.open + MINUTE, s.close - MINUTE) if ts >= oldest_kept}
        assert left == closes | recent
        assert recent


def test_a_session_whose_close_was_missed_keeps_its_last_minute(house: OwnerHouse) -> None:
    session = house.world.calendar.session_on(date(2024, 6, 20))
    assert session is not None
    with house.stores.system.transaction() as connection:
        for ts in (session.open + MINUTE, session.open + 7 * MINUTE):
            equity_snapshots.put(connection, "account", ts, equity=Decimal(1), cash=Decimal(1))
    house.minute_at(CLOSE)
    assert [ts for _, ts, *_ in house.rows(ROWS)][:1] == [session.open + 7 * MINUTE]


def test_the_close_before_counts_for_the_whole_session_after_it(house: OwnerHouse) -> None:
    id_ = house.start_algorithm("idle")
    session = house.world.calendar.session_on(date(2024, 7, 5))
    assert session is not None
    log = house.engine.owner.equity_log
    assert log.equity_at_close(id_, session) is None
    with house.stores.system.transaction() as connection:
        for ts, equity in ((CLOSE - MINUTE, 3), (CLOSE, 4), (NEXT_OPEN + MINUTE, 5)):
            equity_snapshots.put(connection, f"algo:{id_}", ts, equity=Decimal(equity), cash=Decimal(0))
    house.restart()
    assert house.engine.owner.equity_log.equity_at_close(id_, session) == 4
