"""What there is not enough of: who gets the last day trade, the last place, the money; and when nothing changes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from orchestra.messages.events import DayTradeUsed
from orchestra.risk.scarce.scarcity import Funds
from system_databse.day_trades.day_trade_terms import DayTradePolicy, DayTradeTerms
from system_databse.trading_signal import Outcome
from tests.orchestra.risk.scarce.scarce_minute import OWNERS, ScarceMinute, hope
from tests.system_databse.made_orders import NOON

STOP = {"metadata": {"exit": "stop_loss"}}


def competing(market: ScarceMinute) -> list[tuple[object, ...]]:
    """Return the three entries of the worked example, the worst first."""
    for name, symbol in (("A", "AAA"), ("B", "BBB"), ("C", "AAA")):
        market.add(name, symbol, is_intraday=True)
    market.closed("A", wins=9, losses=3)
    market.closed("B", wins=2, losses=4)
    return [("C", "buy", 1, hope(0.90, 0.008)), ("B", "buy", 1, hope(0.60, 0.020)), ("A", "buy", 1, hope(0.85, 0.012))]


@pytest.mark.requirement("S0-25")
def test_the_worked_example(market: ScarceMinute) -> None:
    market.use(2)
    judged = market.judge(*competing(market))
    assert [judged[name].gate for name in "ABC"] == [None, "ALLOCATOR", "ALLOCATOR"]
    assert {name: judged[name].verdict and judged[name].verdict.reasons for name in "ABC"} == {
        "A": ("GRANTED", 1, 0.0072857),
        "B": ("PDT_SLOT_UNAVAILABLE", 2, 0.0045),
        "C": ("PDT_SLOT_UNAVAILABLE", 3, 0.0036),
    }
    assert judged["C"].reason == "came third: score 0.0036; one day trade was left"
    market.order("A", "B1")
    market.order("A", "S1")
    assert market.books.day_trades.remaining(market.clock.now()) == 0
    assert market.events[-1] == DayTradeUsed("A", "AAA", 0)


@pytest.mark.requirement("S0-25")
def test_ranks_and_what_they_rest_on_are_on_disk(market: ScarceMinute) -> None:
    market.use(2)
    judged = market.judge(*competing(market))
    market.books.commit_minute(
        market.minute, [replace(each, client_order_id=name) for name, each in judged.items()], []
    )
    with market.store.reader() as connection:
        rows = connection.execute(
            "SELECT s.strategy, s.status, d.stage, d.outcome, json_extract(d.reasons, '$[0]'), round(d.score, 7),"
            " json_extract(d.inputs, '$.wins'), json_extract(d.inputs, '$.closed')"
            " FROM signal_decisions d JOIN signals s ON s.id = d.signal_id WHERE d.stage = 'ALLOCATOR'"
            " ORDER BY s.strategy"
        ).fetchall()
    assert rows == [
        ("A", "RECORDED", "ALLOCATOR", "GRANTED", "GRANTED", 0.0072857, 9, 12),
        ("B", "REJECTED", "ALLOCATOR", "REFUSED", "PDT_SLOT_UNAVAILABLE", 0.0045, 2, 6),
        ("C", "REJECTED", "ALLOCATOR", "REFUSED", "PDT_SLOT_UNAVAILABLE", 0.0036, 0, 0),
    ]


@pytest.mark.requirement("S0-25")
def test_the_last_day_trade_may_be_kept_for_a_score_that_counts_the_past(market: ScarceMinute) -> None:
    market.use(1)
    wishes = {str(wish[0]): wish for wish in competing(market)}
    market.terms = replace(market.terms, min_scores={1: 0.007})
    assert [market.gates(wish) for wish in wishes.values()] == [{name: None} for name in wishes], "two are left"
    market.order("somebody", "B1")
    market.order("somebody", "S1")
    refused = market.judge(wishes["B"])["B"]
    assert refused.gate == "ALLOCATOR"
    assert refused.reason == "score 0.0045; one day trade was left, kept for 0.0070 or more"
    assert refused.verdict is not None
    assert refused.verdict.inputs["least"] == 0.007
    assert market.gates(wishes["A"]) == {"A": None}, "nine of its twelve trades won"


def test_with_enough_for_all_nobody_is_ranked(market: ScarceMinute) -> None:
    judged = market.judge(*competing(market))
    assert [(judged[name].gate, judged[name].verdict) for name in "ABC"] == [(None, None)] * 3


def test_strategies_that_keep_their_shares_need_no_day_trade_to_enter(market: ScarceMinute) -> None:
    market.use(3)
    market.add("patient", "AAA")
    assert market.gates(("patient", "buy", 5)) == {"patient": None}


@pytest.mark.requirement("S0-02")
def test_a_reservation_outlives_the_minute_and_is_released_by_the_next_session(market: ScarceMinute) -> None:
    market.use(2)
    market.add("early", "AAA", is_intraday=True)
    market.add("late", "BBB", is_intraday=True)
    market.order("early", "B10")
    assert market.gates(("late", "buy", 1)) == {"late": "ALLOCATOR"}, "early will close today"
    assert market.gates(("early", "sell", 10)) == {"early": None}, "its day trade was kept for it"
    market._legs += 24 * 60
    assert market.gates(("late", "buy", 1)) == {"late": None}, "what early holds over night is no day trade any more"


def test_a_working_entry_reserves_as_if_it_were_filled(market: ScarceMinute) -> None:
    market.use(2)
    market.add("early", "AAA", is_intraday=True)
    market.add("late", "BBB", is_intraday=True)
    market.order("early", "B10", filled=0)
    assert market.gates(("late", "buy", 1)) == {"late": "ALLOCATOR"}


def test_a_working_exit_has_used_its_day_trade(market: ScarceMinute) -> None:
    market.use(2)
    market.add("out", "AAA")
    market.add("late", "BBB", is_intraday=True)
    market.order("out", "B10")
    market.order("out", "S10", filled=0)
    assert market.gates(("late", "buy", 1)) == {"late": "ALLOCATOR"}


@pytest.mark.requirement("S0-02")
def test_an_exit_without_a_day_trade_waits_and_a_protective_one_does_not(market: ScarceMinute) -> None:
    market.use(3)
    market.add("plain", "AAA")
    market.order("plain", "B10")
    refused = market.judge(("plain", "sell", 10))["plain"]
    assert (refused.outcome, refused.gate) == (Outcome.DENIED, "DAY_TRADE_LIMIT")
    assert refused.reason == "would be day trade 4 of 3 in 5 sessions; it waits for the next session"
    protected = market.judge(("plain", "sell", 10, STOP))["plain"]
    assert (protected.gate, protected.verdict and protected.verdict.outcome) == (None, "EXCEEDED")
    owners = market.judge(("plain", "sell", 10, OWNERS))["plain"]
    assert (owners.gate, owners.qty) == (None, 10), "the owner's own order is his to give"
    market.terms = replace(market.terms, lets_protective_exits=False)
    assert market.gates(("plain", "sell", 10, STOP)) == {"plain": "DAY_TRADE_LIMIT"}


def test_shares_of_an_earlier_session_leave_whatever_was_used(market: ScarceMinute) -> None:
    market.add("old", "AAA")
    market.order("old", "B10")
    market._legs += 24 * 60
    market.use(3)
    assert market.gates(("old", "sell", 10)) == {"old": None}


def test_another_algorithms_buy_makes_the_exit_a_day_trade_of_the_account(
    market: ScarceMinute,
) -> None:
    market.add("old", "AAA")
    market.order("old", "B10")
    market._legs += 24 * 60
    market.use(3)
    market.add("new", "AAA")
    market.order("new", "B1")
    assert market.gates(("old", "sell", 10)) == {"old": "DAY_TRADE_LIMIT"}


@pytest.mark.parametrize("policy", ["advisory", "off"])
def test_only_enforce_binds(market: ScarceMinute, policy: str) -> None:
    market.use(3)
    market.terms = DayTradeTerms(DayTradePolicy(policy))
    market.add("plain", "AAA")
    market.add("intraday", "BBB", is_intraday=True)
    market.order("plain", "B10")
    judged = market.judge(("plain", "sell", 10), ("intraday", "buy", 1))
    assert [decision.gate for decision in judged.values()] == [None, None]
    note = "; would be day trade 4 of 3 in 5 sessions" if policy == "advisory" else ""
    assert judged["plain"].reason == f"because{note}"
    assert ("would be day trade" in judged["intraday"].reason) is (policy == "advisory")


def test_a_large_account_is_not_limited(market: ScarceMinute) -> None:
    market.use(3)
    market.terms = replace(market.terms, equity=Decimal(25_000))
    market.add("plain", "AAA")
    market.order("plain", "B10")
    judged = market.judge(("plain", "sell", 10))["plain"]
    assert (judged.gate, judged.reason) == (None, "because")
    market.terms = replace(market.terms, threshold=Decimal(25_001))
    assert market.gates(("plain", "sell", 10)) == {"plain": "DAY_TRADE_LIMIT"}


@pytest.mark.requirement("S0-25")
def test_places_go_to_the_most_promising(market: ScarceMinute) -> None:
    market.terms = DayTradeTerms(DayTradePolicy.OFF)
    for name, symbol in (("holds", "AAA"), ("dull", "BBB"), ("bright", "CCC"), ("silent", "AAA")):
        market.add(name, symbol)
    market.order("holds", "B1")
    market.limit("max_open_positions", 2)
    judged = market.judge(
        ("silent", "buy", 1),
        ("dull", "buy", 1, hope(0.5, 0.01)),
        ("bright", "buy", 1, hope(0.9, 0.01)),
        ("holds", "buy", 1),
    )
    assert {name: decision.gate for name, decision in judged.items()} == {
        "silent": "ALLOCATOR",
        "dull": "ALLOCATOR",
        "bright": None,
        "holds": None,
    }
    assert judged["dull"].reason == "came second: score 0.0025; one place was left"


def test_a_place_refused_by_a_limit_goes_to_the_next(market: ScarceMinute) -> None:
    market.terms = DayTradeTerms(DayTradePolicy.OFF)
    market.add("greedy", "AAA")
    market.add("modest", "BBB")
    market.limit("max_open_positions", 1)
    market.limit("max_trade_value", 200)
    judged = market.gates(("greedy", "buy", 9, hope(1, 0.2)), ("modest", "buy", 1, hope(0.1, 0.01)))
    assert judged == {"greedy": "MAX_TRADE", "modest": None}


@pytest.mark.requirement("S0-25")
def test_money_goes_to_the_most_promising_and_what_nobody_could_pay_is_said(market: ScarceMinute) -> None:
    market.terms = DayTradeTerms(DayTradePolicy.OFF)
    for name, symbol in (("dull", "AAA"), ("bright", "BBB"), ("mad", "CCC")):
        market.add(name, symbol)
    market.money = Funds(Decimal(1_100), NOON)
    judged = market.judge(
        ("dull", "buy", 10, hope(0.5, 0.01)), ("bright", "buy", 10, hope(0.9, 0.01)), ("mad", "buy", 500, hope(1, 0.2))
    )
    assert {name: decision.gate for name, decision in judged.items()} == {
        "dull": "ALLOCATOR",
        "bright": None,
        "mad": "BUYING_POWER",
    }
    assert judged["mad"].reason == "500 shares cost about $5,000.00, the account can buy for $1,100.00"


def test_buys_that_the_broker_has_not_counted_yet_are_set_aside(market: ScarceMinute) -> None:
    market.terms = DayTradeTerms(DayTradePolicy.OFF)
    market.add("first", "AAA")
    market.add("second", "BBB")
    market.order("first", "B10", filled=0)
    market.money = Funds(Decimal(1_100), NOON)
    assert market.gates(("second", "buy", 3)) == {"second": "BUYING_POWER"}
    market.money = Funds(Decimal(1_100), NOON + timedelta(hours=1))
    assert market.gates(("second", "buy", 3)) == {"second": None}, "the newer figures hold the order already"


def test_buys_that_filled_since_the_account_was_asked_are_set_aside(market: ScarceMinute) -> None:
    market.terms = DayTradeTerms(DayTradePolicy.OFF)
    market.add("first", "AAA")
    market.add("second", "BBB")
    market.add("third", "CCC")
    market.order("first", "B10")
    market.order("second", "B4", filled=2, price=50)
    market.money = Funds(Decimal(1_300), NOON)
    judged = market.judge(("third", "buy", 11))
    assert judged["third"].reason == "11 shares cost about $110.00, the account can buy for $100.00"
    assert market.gates(("third", "buy", 10)) == {"third": None}
    market.money = Funds(Decimal(110), NOON + timedelta(minutes=1, seconds=30))
    assert market.gates(("third", "buy", 1)) == {"third": "BUYING_POWER"}, "they know of the first order alone"
    market.money = Funds(Decimal(110), NOON + timedelta(minutes=3))
    assert market.gates(("third", "buy", 11)) == {"third": None}


def test_an_exit_needs_no_money(market: ScarceMinute) -> None:
    market.add("plain", "AAA")
    market.order("plain", "B10")
    market.money = Funds(Decimal(0), NOON)
    assert market.gates(("plain", "sell", 10)) == {"plain": None}
