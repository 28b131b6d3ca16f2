"""An alert: something the owner has to be told, from the moment it was first noticed until it is over."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Priority(StrEnum):
    """How much an alert matters, the most first.

    Critical: money or its records are in danger, or nothing can be traded. High: the owner has to do something.
    Normal: the owner should know, nothing is at risk. Info: it went as it should.
    """

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Return its place, 0 for what matters most."""
        return list(Priority).index(self)


class Resolver(StrEnum):
    """Who ended an alert: the owner, or whatever caused it by being over."""

    OWNER = "owner"
    CAUSE = "cause"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. All moments are market time.

    kind: its dotted name; symbol: "" for none. first_at: when it was first raised; at: when last; repeats: how often
    after the first time. Acknowledged means seen, resolved means over: neither implies the other.
    """

    id: int
    kind: str
    priority: Priority
    text: str
    symbol: str
    algorithm_id: int | None
    first_at: datetime
    at: datetime
    repeats: int = 0
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: Resolver | None = None

    @property
    def is_open(self) -> bool:
        """Say whether it is not over yet."""
        return self.resolved_at is None

    @property
    def is_waiting(self) -> bool:
        """Say whether nobody has taken note of it yet."""
        return self.is_open and self.acknowledged_at is None
