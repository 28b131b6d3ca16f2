"""Which cause a difference is given, the surest first."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from orchestra.backtest.checks.parity.causes import REPEATABLE_GATES, Explainer, Trials
from orchestra.backtest.checks.parity.findings import Cause, Said
from orchestra.backtest.checks.parity.live_day import LiveMinute
from orchestra.backtest.checks.parity.repetition import Again
from orchestra.backtest.checks.parity.suspect_bars import SuspectBars
from orchestra.backtest.checks.parity.watched_world import Read
from orchestra.risk.risk_rules import RULES
from orchestra.risk.scarce.scarcity import DAY_TRADE_LIMIT
from orchestra.risk.scarce.wording import over_limit
from tests.orchestra.backtest.checks.parity.made_day import HOLD, minute

OTHER = replace(HOLD, reason="other")
BUY = Said("buy", "5", "SUBMITTED", None, "a cross")
LATE, CLEAN = Read("ACME", minute(1), minute(2)), Read("ACME", minute(2), minute(3))


class FakeBars:
    """The first bar came late; what the row tells is set."""

    def __init__(self, told: str = "") -> None:
        self.told = told

    def told_by_row(self, symbol: str, minute: int, saw: Mapping[str, Any]) -> str:
        return self.told

    def among(self, reads: Iterable[Read]) -> str:
        return "a late bar" if LATE in reads else ""


def cause(
    live: Said = OTHER,
    again: Said | None = HOLD,
    *,
    second: Said = HOLD,
    aged: Said | None = None,
    reads: Iterable[Read] = (CLEAN,),
    before: Iterable[Read] = (CLEAN,),
    told: str = "",
    is_life_known: bool = True,
) -> Cause:
    """Return the cause of a difference at the second of two minutes."""
    first = {minute(1): Again(HOLD, frozenset(before)), minute(2): Again(again or HOLD, frozenset(reads))}
    trials = Trials(
        first,
        {
            minute(1): Again(HOLD, frozenset()),
            minute(2): Again(second if again == HOLD else again or HOLD, frozenset()),
        },
        {minute(2): Again(aged, frozenset())} if aged else None,
        is_life_known,
    )
    explainer = Explainer("ACME", trials, cast("SuspectBars", FakeBars(told)))
    for number in (1, 2):
        explainer.note(minute(number))
    return explainer.cause(LiveMinute(minute(2), live), again)[0]


@pytest.mark.parametrize(
    ("circumstances", "expected"),
    [
        ({}, Cause.UNEXPLAINED),
        ({"second": OTHER}, Cause.NOT_REPEATABLE),
        ({"again": replace(HOLD, action="none", outcome="INTERRUPTED")}, Cause.NOT_REPEATABLE),
        ({"told": "another close"}, Cause.BAR_LATE_OR_REVISED),
        ({"reads": (LATE,)}, Cause.BAR_LATE_OR_REVISED),
        ({"before": (LATE,)}, Cause.BAR_LATE_OR_REVISED),
        ({"aged": OTHER}, Cause.INSTANCE_AGE),
        ({"aged": HOLD}, Cause.UNEXPLAINED),
        ({"is_life_known": False}, Cause.INSTANCE_AGE),
        # The surer of two.
        ({"second": OTHER, "told": "another close"}, Cause.NOT_REPEATABLE),
        ({"aged": OTHER, "told": "another close"}, Cause.BAR_LATE_OR_REVISED),
        ({"aged": OTHER, "reads": (LATE,)}, Cause.INSTANCE_AGE),
        ({"is_life_known": False, "before": (LATE,)}, Cause.BAR_LATE_OR_REVISED),
    ],
)
def test_the_surest_cause_that_is_supported_is_given(circumstances: dict[str, Any], expected: Cause) -> None:
    assert cause(**circumstances) is expected


@pytest.mark.parametrize("gate", ["CLOSED_GATE", "TRADING_HALT", "PRICE_JUMP", "FROZEN_SYMBOL", "HALTED", "NEW_ONE"])
def test_a_gate_that_only_live_has_explains_the_same_wish(gate: str) -> None:
    live = replace(BUY, outcome="DENIED", gate=gate, reason="why not")
    assert cause(live, BUY) is Cause.LIVE_GATE
    assert cause(live, replace(BUY, shares="6")) is Cause.UNEXPLAINED


@pytest.mark.parametrize("gate", sorted(REPEATABLE_GATES))
def test_a_gate_that_is_asked_again_explains_nothing(gate: str) -> None:
    assert gate in RULES
    assert cause(replace(BUY, outcome="DENIED", gate=gate, reason="why not"), BUY) is Cause.UNEXPLAINED


def test_a_sale_clamped_by_the_account_is_lives_own() -> None:
    sale = Said("sell", "9", "SUBMITTED", None, "a cross")
    live = replace(sale, reason="a cross; wanted to sell 9, holds 9, the account has 4 for it")
    assert cause(live, sale) is Cause.LIVE_GATE


def test_a_note_about_a_day_trade_is_lives_own() -> None:
    sale = Said("sell", "9", "SUBMITTED", None, "a cross")
    live = replace(sale, reason=f"a cross; {over_limit(3, 0)}")
    assert cause(live, sale) is Cause.LIVE_GATE
    assert cause(replace(live, outcome="DENIED", gate=DAY_TRADE_LIMIT), sale) is Cause.LIVE_GATE


@pytest.mark.parametrize("outcome", ["MISSED", "SKIPPED", "INTERRUPTED", "FAILED"])
def test_a_minute_without_an_answer_of_live_needs_no_other_cause(outcome: str) -> None:
    live = Said("none", "0", outcome, None, "did not")
    assert cause(live, second=OTHER, told="another close") is Cause(outcome)
    assert cause(live, None) is Cause(outcome)
