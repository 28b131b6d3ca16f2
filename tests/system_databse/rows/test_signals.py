"""Who wanted something last, the algorithm or its owner, and what is kept of what was wanted."""

from dataclasses import replace
from decimal import Decimal

import pytest

from database.sqlite_store import SqliteStore
from system_databse.decision import approved, denied
from system_databse.rows import signals
from system_databse.trading_signal import Action, Source, TradingSignal

AT = "2026-11-18T17:00:00.000Z"
BUY = TradingSignal(1, "toy", "SPY", 1_763_480_000, Action.BUY, Decimal(5), "crossed", metadata={"k": 1})
SALE = replace(BUY, action=Action.SELL, source=Source.MANUAL)


def test_the_owners_sale_is_the_newest_until_the_algorithm_wants_something_again(store: SqliteStore) -> None:
    with store.transaction() as connection:
        assert signals.newest_owners(connection, 1) is None
        signals.insert(connection, approved(BUY, Decimal(5)), AT)
        assert signals.newest_owners(connection, 1) is None
        signals.insert_owners(connection, SALE, order_id="o1", at=AT)
        assert signals.newest_owners(connection, 1) == "sell"
        assert signals.newest_owners(connection, 2) is None
        signals.insert(connection, approved(replace(BUY, minute=BUY.minute + 60), Decimal(5)), AT)
        assert signals.newest_owners(connection, 1) is None


@pytest.mark.requirement("S0-09", "S3-41")
def test_a_denied_wish_is_rejected_and_says_by_which_rule(store: SqliteStore) -> None:
    with store.transaction() as connection:
        signals.insert(connection, approved(BUY, Decimal(5)), AT)
        signals.insert(connection, denied(replace(BUY, minute=BUY.minute + 60), "CASH", "it costs more"), AT)
        kept = connection.execute("SELECT id, status, reason, metadata, quantity FROM signals ORDER BY id").fetchall()
        said = connection.execute("SELECT signal_id, stage, outcome, reasons FROM signal_decisions").fetchall()
    assert [tuple(row) for row in kept] == [
        (1, "RECORDED", "crossed", '{"k": 1}', 5.0),
        (2, "REJECTED", "crossed", '{"k": 1}', 5.0),
    ]
    assert [tuple(row) for row in said] == [(2, "RISK", "DENIED", '["CASH", "it costs more"]')]
