"""Every kind of alert and how much it matters: the one table the book, the screens and the notes to the owner share."""

from collections.abc import Mapping
from typing import NamedTuple

from system_databse.alerts.alert import Priority


class KindRule(NamedTuple):
    """What holds for a kind.

    ends: the kinds whose cause is over when this one is told. is_kept: False for good news, which is told and ends
    others, and leaves the owner nothing to do.
    """

    priority: Priority
    ends: tuple[str, ...] = ()
    is_kept: bool = True


CRITICAL, HIGH, NORMAL, INFO = Priority

RULES: Mapping[str, KindRule] = {
    # The process and its files.
    "storage.down": KindRule(CRITICAL),
    "storage.back": KindRule(INFO, ends=("storage.down",), is_kept=False),
    "storage.damaged": KindRule(CRITICAL),
    "storage.repaired": KindRule(CRITICAL, ends=("storage.damaged",)),
    "disk.last": KindRule(CRITICAL, ends=("disk.low",)),
    "disk.low": KindRule(HIGH, ends=("disk.last",)),
    "disk.enough": KindRule(INFO, ends=("disk.low", "disk.last"), is_kept=False),
    "backup.failed": KindRule(HIGH),
    "notify.failed": KindRule(HIGH),
    "notify.works": KindRule(INFO, ends=("notify.failed",), is_kept=False),
    "process.safe_mode": KindRule(CRITICAL),
    "process.memory": KindRule(HIGH),
    # Trading as a whole. A halt of the owner's own is no alert: the bar on every screen says it.
    "risk.halted": KindRule(CRITICAL),
    "risk.daily_loss": KindRule(HIGH),
    "risk.flatten": KindRule(INFO),
    "parity.unexplained": KindRule(HIGH),
    "signal.proposed": KindRule(HIGH),
    # The account and its books.
    "account.rival": KindRule(CRITICAL),
    "account.baseline": KindRule(HIGH),
    "reconcile.mismatch": KindRule(CRITICAL),
    "reconcile.sold_by_hand": KindRule(CRITICAL),
    "order.adopted": KindRule(HIGH),
    "order.found_late": KindRule(CRITICAL),
    "order.rejected": KindRule(NORMAL),
    "split.booked": KindRule(INFO),
    "symbol.renamed": KindRule(INFO),
    # One algorithm.
    "algorithm.failed": KindRule(HIGH, ends=("algorithm.error",)),
    "algorithm.error": KindRule(NORMAL),
    "algorithm.quarantined": KindRule(HIGH, ends=("algorithm.error",)),
    "algorithm.paused": KindRule(HIGH),
    # The market and its data, on real time.
    "clock.wrong": KindRule(CRITICAL),
    "feed.down": KindRule(HIGH),
    "calendar.unknown": KindRule(HIGH),
    "calendar.changed": KindRule(NORMAL),
    "market.price_jump": KindRule(NORMAL),
    "market.trading_halt": KindRule(NORMAL),
    "data.gap": KindRule(INFO),
}

# What nobody has thought of is better told too loudly than not at all.
UNKNOWN = KindRule(HIGH)


def rule_of(kind: str) -> KindRule:
    """Return what holds for a kind."""
    return RULES.get(kind, UNKNOWN)
