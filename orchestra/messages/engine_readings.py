"""What an engine says of itself for the health screen, read on its own thread every few seconds.

In: the parts of an engine. Out: frozen values that any thread may read. Ages are seconds before `at`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrokerReading:
    """The line to the broker. requests_left: None where nobody counts. answer: (seconds ago, HTTP status)."""

    requests_left: int | None
    paused_seconds: float
    is_silent: bool
    answer: tuple[float, int] | None


@dataclass(frozen=True, slots=True)
class StreamReading:
    """One stream. connected_seconds: since when, None while it is down; trouble: why it is, in words.

    wanted, confirmed: symbols that are claimed, and that the server says are subscribed; 0 of a stream without any.
    """

    connected_seconds: float | None
    trouble: str | None = None
    message_seconds: float | None = None
    wanted: int = 0
    confirmed: int = 0

    @property
    def is_idle(self) -> bool:
        """Say whether the stream is down because nobody needs it."""
        return self.connected_seconds is None and self.trouble is None and self.wanted == 0


@dataclass(frozen=True, slots=True)
class ClockReading:
    """By how much our clock is ahead of the exchange's and how far that may be off; None before a comparison."""

    ahead_seconds: float | None
    uncertain_seconds: float = 0.0
    follows_time_server: bool | None = None


@dataclass(frozen=True, slots=True)
class TurnsReading:
    """The engine's minutes. minute: the last one, epoch seconds. slowest: (milliseconds, whose turn) in that minute."""

    minute: int
    slowest: tuple[float, str] | None = None


@dataclass(frozen=True, slots=True)
class KeepingReading:
    """How the files are kept. seconds_measured: how long written_mb_a_day was measured for."""

    free_bytes: int
    has_ballast: bool
    written_mb_a_day: float | None
    seconds_measured: float
    backup_due_seconds: float
    has_backup_failed: bool
    checked_seconds_ago: float | None
    damage: str | None = None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """Ten minutes: the most memory held, and the latest minute in seconds; None where no minute is ever late."""

    at: float
    resident_bytes: int
    late_seconds: float | None


@dataclass(frozen=True, slots=True)
class EngineReadings:
    """Everything read at one moment. at: the machine's steady seconds. clock: None where the exchange owns it."""

    at: float
    began_at: float
    is_market_open: bool
    broker: BrokerReading
    data: StreamReading
    orders: StreamReading
    clock: ClockReading | None
    turns: TurnsReading
    keeping: KeepingReading | None
    closed_gates: tuple[str, ...]
    trend: tuple[TrendPoint, ...] = ()
