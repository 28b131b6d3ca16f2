"""Positions and cash equal a recomputation from the fills, to the last digit."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system_databse.fill import Fill
from system_databse.ledger import Ledger
from system_databse.position import no_position
from tests.system_databse.made_orders import fill_of

prices = st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def trading(draw: st.DrawFn) -> list[Fill]:
    """Return fills of two algorithms on two symbols in which nobody sells more than he holds."""
    held: dict[tuple[int, str], int] = {}
    fills = []
    for number in range(draw(st.integers(0, 30))):
        key = draw(st.tuples(st.sampled_from((1, 2)), st.sampled_from(("AAA", "BBB"))))
        has = held.get(key, 0)
        is_sell = has > 0 and draw(st.booleans())
        qty = draw(st.integers(1, has if is_sell else 50))
        held[key] = has - qty if is_sell else has + qty
        side = "sell" if is_sell else "buy"
        fills.append(fill_of(number, side, qty, draw(prices), algorithm=key[0], symbol=key[1]))
    return fills


@pytest.mark.requirement("S2-67")
@given(trading())
def test_quantity_and_cash_equal_the_plain_sums(fills: list[Fill]) -> None:
    ledger = Ledger(fills)
    for algorithm in (1, 2):
        own = [fill for fill in fills if fill.algorithm_id == algorithm]
        cash = sum((f.qty * f.price * (1 if f.side == "sell" else -1) for f in own), Decimal(0))
        assert ledger.cash_flow(algorithm) == cash
        for symbol in ("AAA", "BBB"):
            qty = sum((f.qty * (1 if f.side == "buy" else -1) for f in own if f.symbol == symbol), Decimal(0))
            assert ledger.position(algorithm, symbol).qty == qty


@given(trading())
def test_entry_price_and_realized_profit_equal_exact_fractions(fills: list[Fill]) -> None:
    ledger = Ledger(fills)
    for position in ledger.positions():
        qty, entry, realized = Fraction(0), Fraction(0), Fraction(0)
        for fill in fills:
            if (fill.algorithm_id, fill.symbol) != (position.algorithm_id, position.symbol):
                continue
            shares, price = Fraction(fill.qty), Fraction(fill.price)
            if fill.side == "buy":
                realized = realized if qty else Fraction(0)
                entry = (qty * entry + shares * price) / (qty + shares)
                qty += shares
            else:
                realized += (price - entry) * shares
                qty -= shares
        assert Fraction(position.qty) == qty
        assert abs(Fraction(position.realized) - realized) < Fraction(1, 10**18)
        assert abs(Fraction(position.entry_price) - (entry if qty else 0)) < Fraction(1, 10**18)


@given(trading())
def test_the_sum_by_symbol_is_that_of_the_account(fills: list[Fill]) -> None:
    totals = Ledger(fills).qty_by_symbol()
    for symbol in ("AAA", "BBB"):
        assert totals.get(symbol, 0) == sum(fill.signed_qty for fill in fills if fill.symbol == symbol)


@pytest.mark.requirement("S2-61")
def test_two_algorithms_on_one_symbol_keep_separate_books() -> None:
    fills = [fill_of(0, "buy", 10, "100", algorithm=1), fill_of(1, "buy", 5, "110", algorithm=2)]
    ledger = Ledger([*fills, fill_of(2, "sell", 10, "120", algorithm=1)])
    assert (ledger.position(1, "SPY").qty, ledger.position(1, "SPY").realized) == (0, 200)
    assert (ledger.position(2, "SPY").qty, ledger.position(2, "SPY").entry_price) == (5, 110)
    assert (ledger.cash_flow(1), ledger.cash_flow(2)) == (200, -550)


def test_a_position_that_is_closed_starts_anew_with_the_next_buy() -> None:
    fills = [fill_of(0, "buy", 10, "100"), fill_of(1, "sell", 10, "90"), fill_of(2, "buy", 4, "95")]
    position = no_position(1, "SPY").after_all(fills)
    assert (position.qty, position.entry_price, position.realized) == (4, 95, 0)
    assert position.opened_at == fills[2].at


def test_fees_are_realized_as_they_come() -> None:
    from dataclasses import replace

    fills = [
        replace(fill_of(0, "buy", 10, "100"), fee=Decimal("1.5")),
        replace(fill_of(1, "sell", 4, "101"), fee=Decimal(1)),
    ]
    ledger = Ledger(fills)
    assert ledger.position(1, "SPY").realized == Decimal("1.5")
    assert ledger.cash_flow(1) == Decimal("-598.5")
