"""Log lines an owner can read the trading day from."""

import logging
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orchestra.messages.events import (
    AlgorithmFailed,
    AlgorithmStarted,
    AlgorithmStopped,
    DecisionMade,
    OrderFilled,
    RiskHalted,
    RiskResumed,
)
from orchestra.runtime.news_log import log_news
from system_databse.decision import approved, denied, recorded
from system_databse.fill import Fill
from system_databse.order import Side
from system_databse.trading_signal import Action, TradingSignal

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)
BUY = TradingSignal(3, "sma", "SPY", int(NOON.timestamp()), Action.BUY, Decimal(7), reason="crossed up")
SOLD = Fill("at-x-3-1-0", 3, "SPY", Side.SELL, "e1", Decimal(7), Decimal("127.83"), Decimal(7), "stream", NOON)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (OrderFilled(SOLD), "Algorithm 3 sold 7 SPY at 127.83."),
        (DecisionMade(approved(BUY, Decimal(7))), "Algorithm 3 wants to buy 7 SPY (sent: crossed up)."),
        (
            DecisionMade(denied(BUY, "CASH", "it has $5.00")),
            "Algorithm 3 wants to buy 7 SPY (denied, CASH: it has $5.00).",
        ),
        (
            RiskHalted("2026-11-20T17:00:00Z", "the owner"),
            "Halted by the owner at 2026-11-20T17:00:00Z: nothing is bought until it is resumed.",
        ),
        (RiskResumed(), "Resumed: algorithms may buy again."),
        (AlgorithmStarted(3, "sma", "SPY"), "Algorithm 3 (sma) was started on SPY."),
        (AlgorithmStopped(3, "7", is_selling=True), "Algorithm 3 was stopped for good; its 7 shares are sold."),
        (AlgorithmStopped(3, "7", is_selling=False), "Algorithm 3 was stopped for good; its 7 shares stay."),
        (AlgorithmFailed(3, "broken", has_stopped=True), "Algorithm 3 is switched off after failing again and again."),
    ],
)
@pytest.mark.requirement("S2-64", "S2-85")
def test_what_happened_is_one_line(event: object, line: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        log_news(event)
    assert caplog.messages == [line]


def test_a_turn_without_a_wish_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    nothing = TradingSignal(3, "sma", "SPY", 0, Action.NONE, Decimal(0))
    with caplog.at_level(logging.INFO):
        log_news(DecisionMade(recorded(nothing)))
        log_news(AlgorithmFailed(3, "once", has_stopped=False))
    assert caplog.messages == []
