"""Services that take what they are sent, or do not, and a clock that only the test moves."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from orchestra.notifications.message import Message
from orchestra.notifications.messenger import UNKNOWN_ADDRESS, Messenger

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


class MovedClock:
    """The machine's clock."""

    is_simulated = False

    def __init__(self) -> None:
        self.moment = NOON
        self.steady = 1000.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.steady

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.steady += seconds


@dataclass
class Services(Messenger):
    """Every service there is. down: addresses that take nothing; sent: address and message, in order."""

    down: set[str] = field(default_factory=set)
    sent: list[tuple[str, Message]] = field(default_factory=list)
    tries: int = 0

    def check(self, address: str) -> str | None:
        return UNKNOWN_ADDRESS if address.startswith("nonsense") else None

    def send(self, address: str, message: Message) -> str | None:
        self.tries += 1
        if address in self.down:
            return "The service did not take it."
        self.sent.append((address, message))
        return None

    def texts(self, address: str | None = None) -> list[str]:
        """Return the bodies that were taken."""
        return [message.body for to, message in self.sent if address in (None, to)]
