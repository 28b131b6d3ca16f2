"""What the owner may be told while nobody looks at the screen, and how loudly: the one table of it.

In: nothing. Out: topics with their words and loudness. Thread: any.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Loudness(StrEnum):
    """How loudly something is told. Urgent: at once, also in quiet hours, and again after a restart until it is out."""

    OFF = "off"
    QUIET = "quiet"
    NORMAL = "normal"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """Return a number that rises with the loudness."""
        return list(Loudness).index(self)


class Topic(StrEnum):
    """What a notice is about; the values are kept on disk."""

    FILL = "fill"
    ORDER_REJECTED = "order_rejected"
    ALGORITHM_FAILED = "algorithm_failed"
    ALGORITHM_CHANGED = "algorithm_changed"
    HALTED = "halted"
    RESUMED = "resumed"
    ALERT_CRITICAL = "alert_critical"
    ALERT_HIGH = "alert_high"
    ALERT_NORMAL = "alert_normal"
    ALERT_INFO = "alert_info"
    DIFFERENCE = "difference"
    BUYING_BLOCKED = "buying_blocked"
    BACKUP_FAILED = "backup_failed"
    PARITY = "parity"
    STARTED = "started"
    STOPPED = "stopped"
    BROKEN_OFF = "broken_off"
    SUMMARY = "summary"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A topic in words. name: as a table of choices calls it; one, many: as the title of a message counts it."""

    name: str
    one: str
    many: str
    loudness: Loudness


MEANINGS: Mapping[Topic, Meaning] = MappingProxyType(
    {
        Topic.FILL: Meaning("Shares bought or sold", "fill", "fills", Loudness.NORMAL),
        Topic.ORDER_REJECTED: Meaning(
            "An order refused by the broker", "order rejected", "orders rejected", Loudness.NORMAL
        ),
        Topic.ALGORITHM_FAILED: Meaning(
            "An algorithm switched off after failures", "algorithm failed", "algorithms failed", Loudness.URGENT
        ),
        Topic.ALGORITHM_CHANGED: Meaning(
            "An algorithm started, paused or stopped", "algorithm changed", "algorithms changed", Loudness.QUIET
        ),
        Topic.HALTED: Meaning("Buying stopped", "halt", "halts", Loudness.URGENT),
        Topic.RESUMED: Meaning("Buying allowed again", "resume", "resumes", Loudness.NORMAL),
        Topic.ALERT_CRITICAL: Meaning("Critical alerts", "critical alert", "critical alerts", Loudness.URGENT),
        Topic.ALERT_HIGH: Meaning("High alerts", "alert", "alerts", Loudness.NORMAL),
        Topic.ALERT_NORMAL: Meaning("Normal alerts", "alert", "alerts", Loudness.NORMAL),
        Topic.ALERT_INFO: Meaning("Alerts for information", "note", "notes", Loudness.OFF),
        Topic.DIFFERENCE: Meaning(
            "A difference between account and books", "difference", "differences", Loudness.URGENT
        ),
        Topic.BUYING_BLOCKED: Meaning(
            "Nothing can be bought for five minutes of a session", "buying blocked", "buying blocked", Loudness.NORMAL
        ),
        Topic.BACKUP_FAILED: Meaning("A backup that failed", "backup failed", "backups failed", Loudness.NORMAL),
        Topic.PARITY: Meaning(
            "Decisions that the evening check cannot explain",
            "parity difference",
            "parity differences",
            Loudness.NORMAL,
        ),
        Topic.STARTED: Meaning("AutoTrader has started", "start", "starts", Loudness.QUIET),
        Topic.STOPPED: Meaning("AutoTrader was stopped", "stop", "stops", Loudness.NORMAL),
        Topic.BROKEN_OFF: Meaning("AutoTrader broke off on an error", "broken off", "broken off", Loudness.URGENT),
        Topic.SUMMARY: Meaning("The summary of the day", "summary", "summaries", Loudness.NORMAL),
        Topic.TEST: Meaning("Test", "test", "tests", Loudness.URGENT),
    }
)
# What the owner may choose; a test is always sent.
CHOSEN: tuple[Topic, ...] = tuple(topic for topic in MEANINGS if topic is not Topic.TEST)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. text: plain sentences; at: the machine's time as ISO-Z, or empty; row: where it is kept."""

    topic: Topic
    text: str
    loudness: Loudness = Loudness.NORMAL
    at: str = ""
    row: int | None = None
