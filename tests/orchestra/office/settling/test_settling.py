"""The owner says what a difference is: booked in one transaction, agreed afterwards, and never traded away."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from orchestra.messages.commands import ConfirmBaseline, DifferenceChoice, Refusal, SettleDifference
from system_databse.algorithm_record import AlgorithmStatus
from tests.orchestra.owner_house import OwnerHouse

ADOPT, IGNORE, ASSIGN, FLATTEN = DifferenceChoice


def trade_by_hand(house: OwnerHouse, side: str, qty: int, name: str) -> None:
    """Trade on the broker's own page, and let the engine hear of it at its next reconciliation."""
    house.world.alpaca.submit_order(symbol="ACME", qty=Decimal(qty), side=side, client_order_id=name)
    house.fill()


def move(house: OwnerHouse, qty: int) -> None:
    """Let our books forget what somebody traded, so that nothing explains it."""
    trade_by_hand(house, "buy" if qty > 0 else "sell", abs(qty), f"hand{qty}")
    house.engine.reconciler.truth.book_external = lambda _report: None  # type: ignore[method-assign]


@pytest.fixture
def holding(house: OwnerHouse) -> OwnerHouse:
    """Return a house whose algorithm 1 holds five."""
    house.start_algorithm("buyer", "ACME", 10_000)
    house.minute_at(house.exchange.now + 60)
    house.fill()
    assert house.position(1) == 5
    return house


def agree(house: OwnerHouse) -> bool:
    house.engine.reconciler.compare_positions()
    numbers = house.engine.reconciler.numbers("ACME")
    return numbers.is_settled and "ACME" not in house.engine.reconciler.frozen_symbols


@pytest.mark.requirement("S2-39")
@pytest.mark.parametrize(("choice", "kind"), [(ADOPT, "adopted"), (IGNORE, "ignored")])
def test_more_than_we_can_explain_becomes_the_owners(holding: OwnerHouse, choice: DifferenceChoice, kind: str) -> None:
    move(holding, 3)
    holding.engine.reconciler.run("periodic")
    assert holding.engine.reconciler.frozen_symbols == {"ACME"}
    answer = holding.give(SettleDifference("ACME", choice))
    assert (answer.refusal, answer.values["not_ours"], answer.values["is_settled"]) == (None, "3", True)
    assert holding.rows("SELECT algo_id, qty, kind FROM adjustments") == [(None, "3", kind)]
    assert agree(holding)
    assert holding.position(1) == 5


@pytest.mark.requirement("S2-39")
@pytest.mark.parametrize("is_known", [True, False])
def test_shares_sold_by_hand_are_taken_from_the_algorithm_at_what_they_went_for(
    holding: OwnerHouse, is_known: bool
) -> None:
    cash = holding.engine.books.view(1).cash
    if is_known:
        trade_by_hand(holding, "sell", 4, "hand")
    else:
        move(holding, -4)
    answer = holding.give(SettleDifference("ACME", ASSIGN, 1, price=None if is_known else Decimal(40)))
    assert (answer.refusal, answer.values["algorithms"]) == (None, "1")
    assert agree(holding)
    sold_at = Decimal("50.02") if is_known else Decimal(40)
    assert holding.engine.books.view(1).cash == pytest.approx(cash + 4 * sold_at, rel=Decimal("1e-3"))
    assert len(holding.engine.books.transactions(1)) == 2
    assert holding.rows("SELECT quantity FROM positions") == [("1",)]


@pytest.mark.requirement("S2-39")
def test_flattening_stops_that_algorithm_and_sells_what_is_really_there(holding: OwnerHouse) -> None:
    trade_by_hand(holding, "sell", 2, "hand")
    future = holding.commands.give(SettleDifference("ACME", FLATTEN, 1), command_id="flat")
    holding.pass_until(lambda: any(order.is_working for order in holding.engine.books.open_orders()) or future.done())
    holding.fill()
    holding.pass_until(future.done)
    assert future.result(0).refusal is None
    assert holding.engine.books.records[1].status is AlgorithmStatus.STOPPED
    assert (holding.position(1), holding.account_position()) == (0, 0)
    assert agree(holding)


@pytest.mark.parametrize(
    ("command", "refusal", "words"),
    [
        (SettleDifference("ACME", ADOPT), Refusal.CONFLICT, "nothing to settle"),
        (SettleDifference("ACME", ASSIGN), Refusal.NOT_FOUND, "name an algorithm"),
        (SettleDifference("ACME", ASSIGN, 9), Refusal.NOT_FOUND, "name an algorithm"),
        (SettleDifference("BETA", ASSIGN, 1), Refusal.INVALID, "trades ACME"),
        (ConfirmBaseline(("ACME",)), Refusal.NOT_FOUND, "held no ACME"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_in_words(
    holding: OwnerHouse, command: SettleDifference, refusal: Refusal, words: str
) -> None:
    answer = holding.give(command)
    assert answer.refusal is refusal
    assert words in answer.reason
    assert holding.rows("SELECT * FROM adjustments") == []


def test_an_algorithm_gives_no_more_than_it_has(holding: OwnerHouse) -> None:
    trade_by_hand(holding, "buy", 10, "hand")
    holding.engine.reconciler.run("periodic")
    move(holding, -9)
    answer = holding.give(SettleDifference("ACME", ASSIGN, 1))
    assert (answer.refusal, answer.reason) == (Refusal.CONFLICT, "Algorithm 1 holds only 5 of the 9 that are missing.")


def test_what_is_known_to_be_sold_by_hand_cannot_be_waved_away(holding: OwnerHouse) -> None:
    trade_by_hand(holding, "sell", 2, "hand")
    answer = holding.give(SettleDifference("ACME", ADOPT))
    assert (answer.refusal, "assign or flatten" in answer.reason) == (Refusal.CONFLICT, True)


@pytest.mark.parametrize("symbols", [(), ("ACME",)])
def test_the_baseline_is_confirmed_once_and_again_is_no_harm(
    house: OwnerHouse, symbols: tuple[str, ...], give: Callable[..., None]
) -> None:
    give(house, 7)
    for _ in range(2):
        answer = house.give(ConfirmBaseline(symbols))
        assert answer.values == {"confirmed": ["ACME"], "waiting": []}
    assert house.engine.account.holds()["BASELINE"] == {}


@pytest.fixture
def give() -> Callable[[OwnerHouse, int], None]:
    """Return what puts shares into the account as if they had been there at the first start."""

    def put(house: OwnerHouse, qty: int) -> None:
        truth = house.engine.reconciler.truth
        truth.take_baseline({"ACME": Decimal(qty)}, house.world.clock.now())
        assert list(house.engine.account.holds()["BASELINE"]) == ["ACME"]

    return put
