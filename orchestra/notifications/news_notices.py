"""Events in the owner's words: what of the bus's news is told, and as what.

In: an event of the bus. Out: a topic and a sentence, or nothing. Thread: the publisher's.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from orchestra.messages.events import (
    AlertRaised,
    AlgorithmFailed,
    AlgorithmPaused,
    AlgorithmResumed,
    AlgorithmStarted,
    AlgorithmStopped,
    OrderChanged,
    OrderFilled,
    ParityChecked,
    RiskHalted,
    RiskResumed,
)
from orchestra.messages.halt import SELLING_EVERYTHING, HaltKind
from orchestra.notifications.notice import Notice, Topic
from orchestra.runtime.plain_text import plain_line
from system_databse.alerts.alert import Priority
from system_databse.order import OrderStatus, Side

LONGEST_TEXT = 400
# Alerts of the notifier itself: telling them would go the way that does not work.
OWN_ALERTS = "notify."
TOPICS_OF_KINDS = {
    "backup.failed": Topic.BACKUP_FAILED,
    "reconcile.mismatch": Topic.DIFFERENCE,
    "reconcile.sold_by_hand": Topic.DIFFERENCE,
}
# Alerts that are raised of an event which is told already.
TOLD_BY_THEIR_EVENT = frozenset(
    {"algorithm.failed", "algorithm.error", "order.rejected", "parity.unexplained", "risk.halted"}
)
TOPICS_OF_PRIORITIES = {
    Priority.CRITICAL: Topic.ALERT_CRITICAL,
    Priority.HIGH: Topic.ALERT_HIGH,
    Priority.NORMAL: Topic.ALERT_NORMAL,
    Priority.INFO: Topic.ALERT_INFO,
}

Wording = Callable[["NewsNotices", Any], Notice | None]


class NewsNotices:
    """Turn events into notices. name_of: an algorithm's name and ticker by its number."""

    def __init__(self, name_of: Callable[[int], str]) -> None:
        self._name_of = name_of

    def notice_of(self, event: object) -> Notice | None:
        """Return what the owner is told of it; None for most news."""
        wording = WORDINGS.get(type(event))
        notice = wording(self, event) if wording else None
        return notice and Notice(notice.topic, plain_line(notice.text, longest=LONGEST_TEXT))

    def of_fill(self, event: OrderFilled) -> Notice:
        """Tell what was bought or sold."""
        fill = event.fill
        verb = "Bought" if fill.side is Side.BUY else "Sold"
        name = self._name_of(fill.algorithm_id)
        return Notice(Topic.FILL, f"{verb} {fill.qty.normalize():f} {fill.symbol} at {dollars(fill.price)}, {name}.")

    def of_order(self, event: OrderChanged) -> Notice | None:
        """Tell what the broker refused."""
        order = event.order
        if order.status is not OrderStatus.REJECTED:
            return None
        why = f": {order.reject_reason}" if order.reject_reason else ""
        wish = f"{order.side} {order.qty.normalize():f} {order.symbol}"
        return Notice(
            Topic.ORDER_REJECTED, f"The broker refused to {wish} for {self._name_of(order.algorithm_id)}{why}"
        )

    def of_failure(self, event: AlgorithmFailed) -> Notice | None:
        """Tell that an algorithm was switched off; a single failed turn is tried again."""
        if not event.has_stopped:
            return None
        return Notice(
            Topic.ALGORITHM_FAILED,
            f"{self._name_of(event.algorithm_id)} is switched off after failing again and again: {event.error}",
        )

    def of_start(self, event: AlgorithmStarted) -> Notice:
        """Tell that an algorithm was started."""
        return Notice(Topic.ALGORITHM_CHANGED, f"Started {self._name_of(event.algorithm_id)}.")

    def of_stop(self, event: AlgorithmStopped) -> Notice:
        """Tell that an algorithm was ended, and what becomes of its shares."""
        held = Decimal(event.shares)
        fate = "are being sold" if event.is_selling else "stay in the account"
        shares = f"; its {held.normalize():f} shares {fate}" if held else ""
        return Notice(Topic.ALGORITHM_CHANGED, f"Stopped {self._name_of(event.algorithm_id)} for good{shares}.")

    def of_pause(self, event: AlgorithmPaused) -> Notice:
        """Tell that an algorithm rests."""
        return Notice(Topic.ALGORITHM_CHANGED, f"Paused {self._name_of(event.algorithm_id)}.")

    def of_rest_over(self, event: AlgorithmResumed) -> Notice:
        """Tell that an algorithm runs again."""
        return Notice(Topic.ALGORITHM_CHANGED, f"{self._name_of(event.algorithm_id)} runs again.")

    def of_halt(self, event: RiskHalted) -> Notice:
        """Tell that nothing is bought any more, and what becomes of orders and shares."""
        who = event.by + (f": {event.reason}" if event.reason else "")
        if event.kind is HaltKind.STOP_ENTRIES:
            stays = "orders that work already stay, and algorithms may still sell"
            return Notice(Topic.HALTED, f"Buying stopped by {who}. Nothing new is bought; {stays}.")
        sold = "" if event.reason == SELLING_EVERYTHING else "; nothing was sold"
        return Notice(Topic.HALTED, f"Stopped by {who}. Nothing is bought; working buy orders are canceled{sold}.")

    def of_resume(self, _event: RiskResumed) -> Notice:
        """Tell that buying goes on."""
        return Notice(Topic.RESUMED, "Algorithms may buy again.")

    def of_alert(self, event: AlertRaised) -> Notice | None:
        """Tell an alert by its kind, else by its priority."""
        if event.kind.startswith(OWN_ALERTS) or event.kind in TOLD_BY_THEIR_EVENT:
            return None
        return Notice(TOPICS_OF_KINDS.get(event.kind) or TOPICS_OF_PRIORITIES[event.priority], event.text)

    def of_parity(self, event: ParityChecked) -> Notice | None:
        """Tell decisions that nothing explains."""
        if not event.unexplained:
            return None
        return Notice(Topic.PARITY, f"The evening check of {event.day}: {event.headline}.")


WORDINGS: dict[type, Wording] = {
    OrderFilled: NewsNotices.of_fill,
    OrderChanged: NewsNotices.of_order,
    AlgorithmFailed: NewsNotices.of_failure,
    AlgorithmStarted: NewsNotices.of_start,
    AlgorithmStopped: NewsNotices.of_stop,
    AlgorithmPaused: NewsNotices.of_pause,
    AlgorithmResumed: NewsNotices.of_rest_over,
    RiskHalted: NewsNotices.of_halt,
    RiskResumed: NewsNotices.of_resume,
    AlertRaised: NewsNotices.of_alert,
    ParityChecked: NewsNotices.of_parity,
}


def dollars(amount: Decimal) -> str:
    """Return an amount as a person writes it; a price keeps parts of a cent."""
    cents = round(amount, 2)
    return f"${cents:,.2f}" if cents == amount else f"${amount.normalize():,f}"


def signed_dollars(amount: Decimal) -> str:
    """Return a change with its sign."""
    cents = round(amount, 2)
    sign = "+" if cents > 0 else "-" if cents < 0 else ""
    return f"{sign}${abs(cents):,.2f}"
