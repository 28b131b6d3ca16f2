"""Who wanted something last, the algorithm or its owner."""

from dataclasses import replace
from decimal import Decimal

from database.sqlite_store import SqliteStore
from system_databse.rows import signals
from system_databse.trading_signal import Action, Source, TradingSignal

AT = "2026-11-18T17:00:00.000Z"
BUY = TradingSignal(1, "toy", "SPY", 1_763_480_000, Action.BUY, Decimal(5))
SALE = replace(BUY, action=Action.SELL, source=Source.MANUAL)


def test_the_owners_sale_is_the_newest_until_the_algorithm_wants_something_again(store: SqliteStore) -> None:
    with store.transaction() as connection:
        assert not signals.is_newest_owners(connection, 1)
        signals.insert(connection, BUY, AT)
        assert not signals.is_newest_owners(connection, 1)
        signals.insert_owners(connection, SALE, order_id="o1", at=AT)
        assert signals.is_newest_owners(connection, 1)
        assert not signals.is_newest_owners(connection, 2)
        signals.insert(connection, replace(BUY, minute=BUY.minute + 60), AT)
        assert not signals.is_newest_owners(connection, 1)
