"""Splits and new symbols: booked when the account shows them, waited for until then, never guessed."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from orchestra.execution.truth.corporate_action import (
    NameChange,
    ShareActivity,
    Split,
    read_actions,
    read_activities,
)
from orchestra.execution.truth.corporate_desk import CorporateDesk
from tests.orchestra.execution.order_path import CALENDAR, DAY, FIRST, OrderPath, later
from tests.orchestra.execution.test_reconciler import trade_by_hand

ONE = Decimal(1)
EX_SESSION = CALENDAR.sessions_between(0, 1 << 40)[1]
TWO_FOR_ONE = Split("AAA", EX_SESSION.day, Fraction(2))


class Company:
    """One company between our books and the broker."""

    def __init__(self, path: OrderPath, *holdings: tuple[int, int]) -> None:
        self.path = path
        path.reconciler.run("start")
        path.decide(FIRST, *((id_, "buy", qty) for id_, qty in holdings))
        for order in path.port.exchange.orders:
            path.port.exchange.fill(order, order.qty, ONE * 100, now=path.clock.now())
        later(path, seconds=21)
        self.desk = CorporateDesk(
            path.books,
            path.reconciler.truth,
            path.reconciler.alarms,
            store=path.store,
            clock=path.clock,
            calendar=CALENDAR,
            last_price=lambda _symbol: 50.0,
        )

    def shows(self, qty: int, symbol: str = "AAA") -> None:
        """Let the account hold that many."""
        moved = self.path.port.exchange.moved
        moved[symbol] = moved.get(symbol, ONE * 0) + qty - self.path.port.exchange.position(symbol)

    def follow(self) -> list[str]:
        changed = self.desk.follow(self.path.broker.positions())
        self.path.reconciler.compare_positions()
        return changed

    def held(self, algorithm_id: int, symbol: str = "AAA") -> Decimal:
        return self.path.books.ledger.position(algorithm_id, symbol).qty


@pytest.fixture
def company(path: OrderPath) -> Company:
    return Company(path, (1, 10), (2, 5))


def to_the_open(company: Company) -> None:
    company.path.clock.seconds = EX_SESSION.open + 1.0


@pytest.mark.requirement("S2-77")
def test_before_the_ex_date_nothing_happens(company: Company) -> None:
    company.desk.announce([TWO_FOR_ONE], [], [])
    assert (company.follow(), company.desk.holds(), company.held(1)) == ([], {}, 10)


@pytest.mark.requirement("S2-77")
def test_from_the_open_on_the_symbol_waits_until_the_account_shows_it(company: Company) -> None:
    company.desk.announce([TWO_FOR_ONE], [], [])
    to_the_open(company)
    assert company.follow() == []
    assert company.desk.holds() == {"AAA": f"the split 2 for 1 of {EX_SESSION.day} is not in the account yet"}
    company.shows(30)
    assert company.follow() == ["AAA"]
    assert (company.held(1), company.held(2), company.desk.holds()) == (20, 10, {})
    assert company.path.reconciler.frozen_symbols == frozenset()


@pytest.mark.requirement("S2-77")
def test_told_again_it_is_not_booked_again(company: Company) -> None:
    to_the_open(company)
    company.shows(30)
    for _ in range(3):
        company.desk.announce([TWO_FOR_ONE], [], [])
        company.follow()
    assert company.held(1) == 20
    # Not even when the account happens to show what a second one would have made of it.
    company.shows(60)
    company.desk.announce([TWO_FOR_ONE], [], [])
    assert company.follow() == []
    assert (company.held(1), company.path.reconciler.frozen_symbols) == (20, {"AAA"})


@pytest.mark.requirement("S2-77")
def test_shares_bought_on_the_new_terms_do_not_split(company: Company) -> None:
    """The split of yesterday, told at our first start today."""
    company.desk.announce([Split("AAA", DAY, Fraction(2))], [], [])
    assert (company.follow(), company.held(1), company.desk.has_pending) == ([], 10, False)


@pytest.mark.requirement("S2-77")
def test_an_account_that_the_split_does_not_explain_is_a_difference_for_the_owner(company: Company) -> None:
    company.desk.announce([TWO_FOR_ONE], [], [])
    to_the_open(company)
    company.shows(31)
    assert company.follow() == []
    assert (company.held(1), company.path.reconciler.frozen_symbols) == (10, {"AAA"})
    assert "AAA" in company.desk.holds()


@pytest.mark.requirement("S2-77")
def test_strangers_shares_split_with_ours(company: Company) -> None:
    trade_by_hand(company.path, "buy", 4)
    company.path.reconciler.run("periodic")
    company.desk.announce([TWO_FOR_ONE], [], [])
    to_the_open(company)
    company.shows(38)
    assert company.follow() == ["AAA"]
    assert company.path.reconciler.truth.not_ours == {"AAA": 8}
    assert company.path.reconciler.frozen_symbols == frozenset()


@pytest.mark.requirement("S2-77")
def test_one_share_for_ten_old_ones_pays_for_the_rest_at_what_the_broker_paid(path: OrderPath) -> None:
    company = Company(path, (1, 15))
    paid = ShareActivity("x", "CIL", "AAA", EX_SESSION.day, Decimal("480.00"))
    company.desk.announce([Split("AAA", EX_SESSION.day, Fraction(1, 10))], [], [paid])
    to_the_open(company)
    cash = path.books.view(1).cash
    company.shows(1)
    assert company.follow() == ["AAA"]
    assert (company.held(1), path.books.view(1).cash - cash) == (1, 480)


@pytest.mark.requirement("S2-77")
def test_when_a_split_leaves_the_number_as_it_was_the_brokers_activity_tells(path: OrderPath) -> None:
    """Three for two of one share, the half paid out: one share before and after."""
    company = Company(path, (1, 1))
    split = Split("AAA", EX_SESSION.day, Fraction(3, 2))
    to_the_open(company)
    company.desk.announce([split], [], [])
    assert company.follow() == []
    company.desk.announce([split], [], [ShareActivity("x", "CIL", "AAA", EX_SESSION.day, Decimal(25))])
    assert company.follow() == ["AAA"]
    assert company.held(1) == 1


@pytest.mark.requirement("S2-77")
def test_a_new_symbol_takes_everything_with_it(company: Company) -> None:
    trade_by_hand(company.path, "buy", 4)
    company.path.reconciler.run("periodic")
    cost = company.path.books.ledger.position(1, "AAA").entry_price
    company.desk.announce([], [NameChange("AAA", "NEW", EX_SESSION.day)], [])
    to_the_open(company)
    assert company.follow() == []
    assert company.desk.holds() == {"AAA": "its symbol is NEW now"}
    company.shows(0)
    company.shows(19, "NEW")
    assert company.follow() == ["NEW"]
    assert (company.held(1), company.held(1, "NEW"), company.held(2, "NEW")) == (0, 10, 5)
    assert company.path.books.ledger.position(1, "NEW").entry_price == cost
    assert [company.path.books.records[id_].ticker for id_ in (1, 2, 3)] == ["NEW", "NEW", "BBB"]
    assert company.path.reconciler.frozen_symbols == frozenset()
    assert company.path.rows("SELECT symbol, quantity FROM positions ORDER BY id") == [("NEW", "10"), ("NEW", "5")]
    assert {row["ticker"] for row in company.path.books.transactions(1)} == {"NEW"}


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"symbol": "AAA", "ex_date": "soon", "new_rate": 2, "old_rate": 1},
        {"symbol": "AAA", "ex_date": "2026-11-19", "new_rate": 2, "old_rate": 0},
        {"symbol": "AAA", "ex_date": "2026-11-19", "new_rate": -2, "old_rate": 1},
        {"symbol": "AAA", "ex_date": "2026-11-19", "new_rate": "NaN", "old_rate": 1},
        "nonsense",
    ],
)
def test_what_makes_no_sense_is_left_out(row: Any) -> None:
    good = {"symbol": "AAA", "ex_date": "2026-11-19", "new_rate": 1.5, "old_rate": 1}
    assert read_actions({"forward_splits": [row, good], "name_changes": [row], "reverse_splits": None}) == (
        [Split("AAA", EX_SESSION.day, Fraction(3, 2))],
        [],
    )
    assert read_activities([row] if isinstance(row, dict) else []) == []
