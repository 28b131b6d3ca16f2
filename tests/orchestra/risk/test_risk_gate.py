"""The risk gate, rule by rule, at the very edge of each; the first refusal names the gate."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from database.calendar_manager import MarketCalendar
from orchestra.risk.risk_gate import RiskGate
from orchestra.risk.risk_rules import RULES
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.decision import Decision
from system_databse.order import OrderStatus
from system_databse.position import Position
from system_databse.snapshot import AlgorithmView, Snapshot
from system_databse.trading_signal import Action, Outcome, TradingSignal
from tests.system_databse.made_orders import order_in

MINUTE = 60
CALENDAR = MarketCalendar()
WEDNESDAY, HALF_DAY = date(2026, 11, 18), date(2026, 11, 27)


def session_on(day: date):
    session = CALENDAR.session_on(day)
    assert session is not None
    return session


NOON = session_on(WEDNESDAY).open + 150 * MINUTE


def judge(
    action: str = "buy",
    shares: int | Decimal = 10,
    *,
    minute: int = NOON,
    cash: str = "1000",
    price: float | None = 100.0,
    held: int = 0,
    bar_age: int = 0,
    has_bar: bool = True,
    working: bool = False,
    working_status: OrderStatus = OrderStatus.ACCEPTED,
    gates: tuple[str, ...] = (),
    frozen: bool = False,
    decided_until: int = 0,
    missing: int = 0,
    held_by: str = "",
    sale_wanted: bool = False,
) -> Decision:
    """Judge one signal; as it stands every rule lets a buy pass."""
    position = Position(1, "SPY", Decimal(held), Decimal(100), Decimal(0), None)
    record = AlgorithmRecord(1, "toy", "SPY", Decimal(1000), "toy.py", "0", is_sell_wanted=sale_wanted)
    orders = (order_in(working_status),) if working else ()
    snapshot = Snapshot(
        minute - MINUTE,
        {1: AlgorithmView(record, Decimal(cash), position, orders, decided_until)},
        {} if price is None else {"SPY": price},
    )
    last_bar = minute - MINUTE - bar_age if has_bar else None
    signal = TradingSignal(1, "toy", "SPY", minute, Action(action), Decimal(shares), "because", last_bar_ts=last_bar)
    gate = RiskGate(
        CALENDAR,
        closed_gates=lambda: gates,
        frozen=lambda: frozenset({"SPY"} if frozen else ()),
        missing=lambda _symbol: Decimal(missing),
        holds=lambda: {held_by: {"SPY": "wait for it"}},
    )
    (decision,) = gate.judge([signal], snapshot, minute)
    return decision


FIRST_MINUTE = session_on(WEDNESDAY).open + MINUTE
CLOSE, HALF_CLOSE = session_on(WEDNESDAY).close, session_on(HALF_DAY).close

CASES = [
    # The market and its ends.
    (None, {}),
    (None, {"minute": FIRST_MINUTE}),
    ("MARKET_CLOSED", {"minute": FIRST_MINUTE - MINUTE}),
    ("MARKET_CLOSED", {"minute": CLOSE + MINUTE}),
    ("MARKET_CLOSED", {"minute": NOON + int(timedelta(days=3).total_seconds())}),
    (None, {"minute": CLOSE - MINUTE}),
    ("SESSION_END", {"minute": CLOSE}),
    ("SESSION_END", {"minute": CLOSE, "action": "sell", "held": 10}),
    (None, {"minute": HALF_CLOSE - MINUTE}),
    ("SESSION_END", {"minute": HALF_CLOSE}),
    ("MARKET_CLOSED", {"minute": HALF_CLOSE + MINUTE}),
    # One decision a minute.
    (None, {"decided_until": NOON - MINUTE}),
    ("DUPLICATE", {"decided_until": NOON}),
    ("DUPLICATE", {"decided_until": NOON, "action": "sell", "held": 10}),
    # One working order.
    ("WORKING_ORDER", {"working": True}),
    ("WORKING_ORDER", {"working": True, "action": "sell", "held": 10}),
    # Data less than five minutes old.
    (None, {"bar_age": 299}),
    ("STALE_DATA", {"bar_age": 300}),
    ("STALE_DATA", {"bar_age": 300, "action": "sell", "held": 10}),
    ("STALE_DATA", {"has_bar": False}),
    # What the market says of the symbol stops entries, and nothing else.
    ("TRADING_HALT", {"held_by": "TRADING_HALT"}),
    (None, {"held_by": "TRADING_HALT", "action": "sell", "held": 10}),
    ("PRICE_JUMP", {"held_by": "PRICE_JUMP"}),
    (None, {"held_by": "PRICE_JUMP", "action": "sell", "held": 10}),
    (None, {"held_by": "NO_SUCH_GATE"}),
    # So does what is not settled in the account.
    ("BASELINE", {"held_by": "BASELINE"}),
    (None, {"held_by": "BASELINE", "action": "sell", "held": 10}),
    ("CORPORATE_ACTION", {"held_by": "CORPORATE_ACTION"}),
    (None, {"held_by": "CORPORATE_ACTION", "action": "sell", "held": 10}),
    # Nothing is opened while something is unproven; exits pass.
    ("CLOSED_GATE", {"gates": ("the order stream is down",)}),
    (None, {"gates": ("the order stream is down",), "action": "sell", "held": 10}),
    ("FROZEN_SYMBOL", {"frozen": True}),
    (None, {"frozen": True, "action": "sell", "held": 10}),
    # What the owner is having sold is not bought back.
    ("SALE_WANTED", {"sale_wanted": True}),
    (None, {"sale_wanted": True, "action": "sell", "held": 10}),
    # No short sale.
    ("NO_SHORT_SALE", {"action": "sell", "held": 0}),
    (None, {"action": "sell", "held": 1}),
    # No short sale in the account either: what is missing there cannot be sold.
    ("NO_SHARES_IN_ACCOUNT", {"action": "sell", "held": 10, "missing": 10}),
    ("NO_SHARES_IN_ACCOUNT", {"action": "sell", "held": 10, "missing": 25}),
    (None, {"action": "sell", "held": 10, "missing": 9}),
    (None, {"missing": 25}),
    # Cash to the cent; a sell needs none.
    (None, {"cash": "1000.00"}),
    ("CASH", {"cash": "999.99"}),
    (None, {"shares": 3, "price": 33.33, "cash": "99.99"}),
    ("CASH", {"shares": 3, "price": 33.33, "cash": "99.98"}),
    ("CASH", {"shares": Decimal("10.000001")}),
    ("CASH", {"price": None}),
    (None, {"action": "sell", "held": 10, "cash": "-5", "price": None}),
]


@pytest.mark.requirement("S2-59")
@pytest.mark.parametrize(("gate", "case"), CASES)
def test_the_rule_refuses_from_its_edge_on_and_not_before(gate: str | None, case: dict) -> None:
    decision = judge(**case)
    assert decision.gate == gate
    assert decision.outcome is (Outcome.DENIED if gate else Outcome.SUBMITTED)
    assert decision.reason


@pytest.mark.parametrize(
    ("status", "words"), [(OrderStatus.ACCEPTED, "is still working"), (OrderStatus.ABANDONED, "may still arrive")]
)
def test_the_order_that_is_in_the_way_is_named_with_its_state(status: OrderStatus, words: str) -> None:
    assert words in judge(working=True, working_status=status).reason


def test_every_rule_has_a_case() -> None:
    assert {gate for gate, _ in CASES} == {None, *RULES}


def test_of_several_refusals_the_first_rule_is_the_gate() -> None:
    """Take away one reason after the other: the rules answer in their order."""
    wrong: dict[str, dict] = {
        "MARKET_CLOSED": {"minute": CLOSE + MINUTE},
        "SESSION_END": {"minute": CLOSE},
        "DUPLICATE": {"decided_until": CLOSE + MINUTE},
        "WORKING_ORDER": {"working": True},
        "STALE_DATA": {"has_bar": False},
        "CLOSED_GATE": {"gates": ("closed",)},
        "FROZEN_SYMBOL": {"frozen": True},
        "CASH": {"cash": "0"},
    }
    assert [name for name in RULES if name in wrong] == list(wrong)
    names = list(wrong)
    for number, name in enumerate(names):
        together: dict = {}
        for other in reversed(names[number:]):
            together |= wrong[other]
        assert judge(**together).gate == name


@pytest.mark.parametrize(("wanted", "held", "sold"), [(9, 10, 9), (10, 10, 10), (11, 10, 10), (1000, 1, 1)])
def test_a_sell_above_the_position_sells_the_position_and_says_so(wanted: int, held: int, sold: int) -> None:
    decision = judge("sell", wanted, held=held)
    assert (decision.outcome, decision.qty) == (Outcome.SUBMITTED, sold)
    assert ("holds" in decision.reason) is (wanted > held)
    assert decision.reason.startswith("because")


@pytest.mark.parametrize(("wanted", "missing", "sold"), [(10, 0, 10), (10, 3, 7), (7, 3, 7), (20, 3, 7), (5, 3, 5)])
def test_a_sell_is_clamped_to_what_the_account_has_and_says_so(wanted: int, missing: int, sold: int) -> None:
    decision = judge("sell", wanted, held=10, missing=missing)
    assert (decision.outcome, decision.qty) == (Outcome.SUBMITTED, sold)
    assert ("the account has 7 for it" in decision.reason) is (wanted > sold)


def test_a_buy_is_denied_and_never_shrunk() -> None:
    decision = judge(shares=11)
    assert (decision.outcome, decision.qty) == (Outcome.DENIED, None)
    assert decision.reason == "11 shares cost about $1100.00, the algorithm has $1000.00"


def test_a_hold_is_recorded_without_being_judged() -> None:
    decision = judge("hold", 0, minute=CLOSE, working=True)
    assert (decision.outcome, decision.gate) == (Outcome.HELD, None)


def test_a_turn_without_an_answer_keeps_how_it_failed() -> None:
    signal = TradingSignal(1, "toy", "SPY", NOON, Action.NONE, Decimal(0), "boom", failure=Outcome.INTERRUPTED)
    record = AlgorithmRecord(1, "toy", "SPY", Decimal(1000), "toy.py", "0")
    view = AlgorithmView(record, Decimal(1000), Position(1, "SPY", Decimal(0), Decimal(0), Decimal(0), None), ())
    gate = RiskGate(CALENDAR, closed_gates=tuple, frozen=frozenset, missing=lambda _symbol: Decimal(0))
    (decision,) = gate.judge([signal], Snapshot(0, {1: view}, {}), NOON)
    assert (decision.outcome, decision.reason) == (Outcome.INTERRUPTED, "boom")
