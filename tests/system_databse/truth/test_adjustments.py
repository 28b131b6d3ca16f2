"""Adjustments in ledger, transactions and tables: counted once, in their place among the fills, money as it was."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.errors import StorageError
from database.sqlite_store import SqliteStore
from system_databse.fill import Fill
from system_databse.ledger import Ledger
from system_databse.order import Side
from system_databse.truth import adjustment_rows
from system_databse.truth.adjustment import Adjustment, AdjustmentKind, in_order, scaled
from system_databse.truth.transaction_log import TransactionLog
from tests.system_databse.made_orders import NOON

RATIOS = st.sampled_from([Fraction(2), Fraction(10), Fraction(3, 2), Fraction(1, 4)])


def fill(number: int, side: str, qty: Decimal, price: Decimal = Decimal(100)) -> Fill:
    return Fill(f"o{number}", 1, "SPY", Side(side), f"e{number}", qty, price, qty, "stream", NOON + timedelta(number))


def split(ref: str, held: Decimal, ratio: Fraction, *, algorithm_id: int | None = 1) -> Adjustment:
    change = scaled(held, ratio) - held
    return Adjustment("SPY", algorithm_id, change, AdjustmentKind.SPLIT, ref, NOON, ratio=ratio)


def rename(held: int) -> list[Adjustment]:
    return [
        Adjustment(symbol, 1, Decimal(qty), AdjustmentKind.RENAME, f"r/{symbol}", NOON, other_symbol=other)
        for symbol, qty, other in (("SPY", -held, "NEW"), ("NEW", held, "SPY"))
    ]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 40), RATIOS), max_size=12))
def test_whoever_adds_up_transactions_gets_the_position_and_the_cash(moves: list[tuple[bool, int, Fraction]]) -> None:
    """Trades and splits in any order; sells never more than is held."""
    ledger, log = Ledger(), TransactionLog()
    for number, (is_split, qty, ratio) in enumerate(moves):
        held = ledger.position(1, "SPY").qty
        if is_split:
            cost = held * ledger.position(1, "SPY").entry_price
            entry: Fill | Adjustment = split(f"s{number}", held, ratio)
            ledger.adjust(entry)
            after = ledger.position(1, "SPY")
            assert abs(after.qty * after.entry_price - cost) < Decimal("1e-15")
        else:
            entry = fill(number, "sell" if held > qty else "buy", Decimal(qty), Decimal(50 + number))
            ledger.book(entry)
        log.add(entry)
    rows = log.of(1)
    signs = [1 if row["type"] == "buy" else -1 for row in rows]
    added = sum(sign * row["shares"] for sign, row in zip(signs, rows, strict=True))
    paid = sum(sign * row["shares"] * row["price"] for sign, row in zip(signs, rows, strict=True))
    assert added == pytest.approx(float(ledger.position(1, "SPY").qty), rel=1e-9, abs=1e-9)
    assert -paid == pytest.approx(float(ledger.cash_flow(1)), rel=1e-9, abs=1e-6)


def test_a_split_scales_what_came_before_and_nothing_after() -> None:
    log = TransactionLog(
        [fill(1, "buy", Decimal(10)), split("s", Decimal(10), Fraction(2)), fill(2, "sell", Decimal(5), Decimal(55))]
    )
    assert [(row["type"], row["shares"], row["price"]) for row in log.of(1)] == [
        ("buy", 20, 50.0),
        ("sell", 5, 55.0),
    ]
    assert isinstance(log.of(1)[0]["shares"], int)


def test_assigned_shares_are_a_purchase_or_sale_like_any_other() -> None:
    sold = Adjustment("SPY", 1, Decimal(-4), AdjustmentKind.ASSIGNED, "owner", NOON, price=Decimal(90))
    ledger = Ledger([fill(1, "buy", Decimal(10))])
    ledger.adjust(sold)
    assert ledger.position(1, "SPY").qty == 6
    assert ledger.cash_flow(1) == -1000 + 360
    assert (
        TransactionLog([sold]).of(1)[0] | {"type": "sell", "shares": 4, "price": 90.0}
        == TransactionLog([sold]).of(1)[0]
    )


def test_a_new_symbol_takes_shares_and_transactions_with_it() -> None:
    ledger, log = Ledger([fill(1, "buy", Decimal(10))]), TransactionLog([fill(1, "buy", Decimal(10))])
    for row in rename(10):
        ledger.adjust(row)
        log.add(row)
    assert ledger.qty_by_symbol() == {"NEW": Decimal(10)}
    assert ledger.position(1, "NEW").entry_price == 100
    assert [row["ticker"] for row in log.of(1)] == ["NEW"]


def test_what_is_no_algorithms_is_not_in_the_ledger() -> None:
    ledger, log = Ledger(), TransactionLog()
    nobodys = split("s", Decimal(10), Fraction(2), algorithm_id=None)
    ledger.adjust(nobodys)
    log.add(nobodys)
    assert (ledger.positions(), log.of(1)) == ([], [])
    with pytest.raises(ValueError, match="no algorithm's"):
        nobodys.as_fill()


def test_a_ref_is_kept_once_and_read_back_as_it_was(store: SqliteStore) -> None:
    entry = split("split:SPY:2026-11-18/1", Decimal(10), Fraction(1, 3))
    with store.transaction() as connection:
        assert adjustment_rows.insert(connection, entry)
        assert not adjustment_rows.insert(connection, entry)
        assert adjustment_rows.load(connection) == [(0, entry)]
        assert adjustment_rows.has(connection, "split:SPY:2026-11-18")
        assert not adjustment_rows.has(connection, "split:SPY:2026-11-1")


@pytest.mark.parametrize("change", ["UPDATE adjustments SET qty = '1'", "DELETE FROM adjustments"])
def test_adjustments_are_evidence(store: SqliteStore, change: str) -> None:
    with store.transaction() as connection:
        adjustment_rows.insert(connection, split("s", Decimal(10), Fraction(2)))
    with pytest.raises((StorageError, Exception), match="append only"), store.transaction() as connection:
        connection.execute(change)


def test_each_adjustment_stands_where_it_came_among_the_fills() -> None:
    fills = [fill(number, "buy", Decimal(1)) for number in range(3)]
    first, second, last = (split(ref, Decimal(1), Fraction(2)) for ref in "abc")
    ordered = list(in_order(fills, [(0, first), (2, second), (3, last)]))
    assert ordered == [first, fills[0], fills[1], second, fills[2], last]
