"""The figures of a card against a naive model in fractions, and the money that is left for a new algorithm."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system_databse.ledger import Ledger
from system_databse.order import OrderStatus, Side
from system_databse.performance.card_calculations import Holding, available_allocation, card_of, notional_of_buys
from tests.system_databse.made_orders import fill_of, order_in

CAPITAL = Decimal(100_000)
CENTS = st.integers(1, 500_000).map(lambda cents: Decimal(cents) / 100)


def holding_of(ledger: Ledger) -> Holding:
    position = ledger.position(1, "SPY")
    return Holding(CAPITAL, ledger.cash_flow(1), position.qty, position.entry_price)


class NaiveBook:
    """Cash, shares and average cost, one share after the other, in fractions."""

    def __init__(self) -> None:
        self.cash, self.realized = Fraction(CAPITAL), Fraction(0)
        self.shares, self.cost = 0, Fraction(0)

    def buy(self, qty: int, price: Fraction) -> None:
        self.cash -= qty * price
        self.shares, self.cost = self.shares + qty, self.cost + qty * price

    def sell(self, qty: int, price: Fraction) -> None:
        average = self.cost / self.shares
        self.cash += qty * price
        self.realized += qty * (price - average)
        self.shares, self.cost = self.shares - qty, self.cost - qty * average


@pytest.mark.requirement("S2-66", "S2-67", "S2-41")
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(1, 300), CENTS), max_size=40), last=CENTS)
def test_the_card_is_what_a_naive_book_says_over_the_whole_life(steps, last) -> None:
    ledger, naive = Ledger(), NaiveBook()
    for number, (is_buy, wanted, price) in enumerate(steps):
        qty = wanted if is_buy else min(wanted, naive.shares)
        if qty:
            ledger.book(fill_of(number, "buy" if is_buy else "sell", qty, price))
            (naive.buy if is_buy else naive.sell)(qty, Fraction(price))
    card = card_of(holding_of(ledger), float(last), equity_at_close=Decimal(99_000))
    equity = naive.cash + naive.shares * Fraction(last)
    assert card.shares == naive.shares
    assert_close(card.cash, naive.cash)
    assert_close(card.equity, equity)
    assert_close(card.market_value, naive.shares * Fraction(last))
    assert_close(card.realized_pl, naive.realized)
    assert_close(card.unrealized_pl, naive.shares * Fraction(last) - naive.cost)
    assert_close(card.total_pl, equity - Fraction(CAPITAL))
    assert_close(card.total_pl_pct, (equity - Fraction(CAPITAL)) / Fraction(CAPITAL))
    assert_close(card.day_pl, equity - 99_000)
    assert card.total_pl is not None
    assert card.unrealized_pl is not None
    assert_close(card.realized_pl + card.unrealized_pl, Fraction(card.total_pl))


def assert_close(found: Decimal | None, expected: Fraction) -> None:
    assert found is not None
    assert abs(Fraction(found) - expected) < Fraction(1, 10**9)


def test_what_needs_a_price_is_unknown_without_one_and_not_nothing() -> None:
    ledger = Ledger([fill_of(1, "buy", 10, "50.25")])
    card = card_of(holding_of(ledger), None)
    assert (card.equity, card.market_value, card.total_pl, card.total_pl_pct, card.day_pl, card.unrealized_pl) == (
        (None,) * 6
    )
    assert (card.cash, card.avg_cost, card.realized_pl) == (Decimal("99497.50"), Decimal("50.25"), 0)


def test_without_shares_no_price_is_needed() -> None:
    card = card_of(holding_of(Ledger()), None)
    assert (card.equity, card.total_pl, card.day_pl, card.avg_cost) == (CAPITAL, 0, 0, None)


@pytest.mark.requirement("S2-12", "S2-65")
@given(cash=CENTS, equity=CENTS, allocated=CENTS, pending=CENTS)
def test_never_more_is_given_than_cash_and_what_nobody_else_has(cash, equity, allocated, pending) -> None:
    available = available_allocation(cash, equity, allocated=allocated, pending_buys=pending)
    assert available >= 0
    assert available <= cash
    if available:
        assert available + pending <= cash
        assert available + pending + allocated <= equity
        assert available + pending in (cash, equity - allocated)


def test_only_the_open_rest_of_working_buys_is_still_to_be_paid() -> None:
    orders = [
        order_in(OrderStatus.ACCEPTED, qty=10),
        order_in(OrderStatus.FILLED, qty=10),
        order_in(OrderStatus.ACCEPTED, qty=10, side=Side.SELL),
    ]
    assert notional_of_buys(orders, {"SPY": 100.5}) == 1005
    assert notional_of_buys(orders, {}) == 0
