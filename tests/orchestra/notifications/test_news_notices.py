"""What of the news is told, and in which words."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orchestra.messages.events import (
    AlertRaised,
    AlgorithmFailed,
    AlgorithmPaused,
    AlgorithmResumed,
    AlgorithmStarted,
    AlgorithmStopped,
    MinuteFinished,
    OrderChanged,
    OrderFilled,
    ParityChecked,
    RiskHalted,
    RiskResumed,
)
from orchestra.messages.halt import HaltKind
from orchestra.notifications.news_notices import NewsNotices
from orchestra.notifications.notice import CHOSEN, MEANINGS, Loudness, Topic
from system_databse.fill import Fill
from system_databse.order import Order, OrderStatus, Purpose, Side

AT = datetime(2026, 11, 20, 15, 31, tzinfo=UTC)


def fill(side: Side, price: str) -> Fill:
    return Fill("at-1", 3, "AAPL", side, "exec", Decimal("10.0"), Decimal(price), Decimal(10), "stream", AT)


def order(status: OrderStatus) -> Order:
    made = Order("at-1", 3, 0, 0, "AAPL", Side.BUY, Decimal(10), Purpose.ENTRY, AT, AT, status=status)
    return Order(**{**{name: getattr(made, name) for name in made.__slots__}, "reject_reason": "not shortable"})


@pytest.mark.parametrize(
    ("event", "topic", "text"),
    [
        (OrderFilled(fill(Side.BUY, "185.20")), Topic.FILL, "Bought 10 AAPL at $185.20, sma on AAPL."),
        (OrderFilled(fill(Side.SELL, "0.1234")), Topic.FILL, "Sold 10 AAPL at $0.1234, sma on AAPL."),
        (
            OrderChanged(order(OrderStatus.REJECTED)),
            Topic.ORDER_REJECTED,
            "The broker refused to buy 10 AAPL for sma on AAPL: not shortable",
        ),
        (OrderChanged(order(OrderStatus.ACCEPTED)), None, ""),
        (AlgorithmFailed(3, "ValueError", has_stopped=False), None, ""),
        (
            AlgorithmFailed(3, "ValueError:\nx", has_stopped=True),
            Topic.ALGORITHM_FAILED,
            "sma on AAPL is switched off after failing again and again: ValueError: x",
        ),
        (AlgorithmStarted(3, "sma", "AAPL"), Topic.ALGORITHM_CHANGED, "Started sma on AAPL."),
        (
            AlgorithmStopped(3, "100", is_selling=True),
            Topic.ALGORITHM_CHANGED,
            "Stopped sma on AAPL for good; its 100 shares are being sold.",
        ),
        (AlgorithmStopped(3, "0", is_selling=False), Topic.ALGORITHM_CHANGED, "Stopped sma on AAPL for good."),
        (AlgorithmPaused(3), Topic.ALGORITHM_CHANGED, "Paused sma on AAPL."),
        (AlgorithmResumed(3), Topic.ALGORITHM_CHANGED, "sma on AAPL runs again."),
        (
            RiskHalted("2026-11-20T15:31:00Z", "this machine", "a test"),
            Topic.HALTED,
            "Stopped by this machine: a test. Nothing is bought; working buy orders are canceled; nothing was sold.",
        ),
        (
            RiskHalted("2026-11-20T15:31:00Z", "me", kind=HaltKind.STOP_ENTRIES),
            Topic.HALTED,
            (
                "Buying stopped by me. Nothing new is bought;"
                " orders that work already stay, and algorithms may still sell."
            ),
        ),
        (
            RiskHalted("2026-11-20T15:31:00Z", "the terminal", "everything is being sold"),
            Topic.HALTED,
            "Stopped by the terminal: everything is being sold. Nothing is bought; working buy orders are canceled.",
        ),
        (RiskResumed(), Topic.RESUMED, "Algorithms may buy again."),
        (AlertRaised("backup.failed", "No backup."), Topic.BACKUP_FAILED, "No backup."),
        (AlertRaised("reconcile.mismatch", "ACME differs."), Topic.DIFFERENCE, "ACME differs."),
        (AlertRaised("notify.failed", "Notices do not arrive."), None, ""),
        (ParityChecked("2026-11-20", "2 differ", 2), Topic.PARITY, "The evening check of 2026-11-20: 2 differ."),
        (ParityChecked("2026-11-20", "all the same", 0), None, ""),
        (MinuteFinished(60), None, ""),
    ],
)
def test_news_become_notices(event: object, topic: Topic | None, text: str) -> None:
    notice = NewsNotices(lambda _id: "sma on AAPL").notice_of(event)
    assert (notice.topic if notice else None, notice.text if notice else "") == (topic, text)


def test_every_topic_has_words_and_what_may_hurt_is_urgent() -> None:
    assert {*CHOSEN, Topic.TEST} == set(Topic) == set(MEANINGS)
    urgent = {topic for topic in CHOSEN if MEANINGS[topic].loudness is Loudness.URGENT}
    assert {Topic.HALTED, Topic.ALGORITHM_FAILED, Topic.DIFFERENCE, Topic.BROKEN_OFF, Topic.ALERT_CRITICAL} <= urgent
    assert Topic.FILL not in urgent
