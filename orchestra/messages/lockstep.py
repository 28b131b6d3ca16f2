"""The handshake between the engine and an exchange that owns the clock (design: lock-step)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution as the exchange's book holds it. at: epoch seconds, the filling bar's start."""

    execution_id: str
    client_order_id: str
    symbol: str
    side: str
    qty: Decimal
    price: Decimal
    cumulative_qty: Decimal
    at: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What `done(minute)` answers.

    executions: all made at this minute, each time, so that an answer may get lost; the engine books
    those it does not hold yet and calls again. is_settled: nothing happened since an answer that
    reached the engine, the exchange may move on. news: how much happened at this minute so far.
    """

    executions: tuple[Execution, ...]
    is_settled: bool
    news: int = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """The exchange's clock reached `minute` (epoch seconds, a whole minute).

    traded: symbols with a bar [minute - 60, minute). sent: those of them that went out on a live
    data stream. has_ended: the market holds no later minute; nothing is to be run. told: the symbols that `traded`
    speaks of, None for all there are; of another one only asking tells whether it traded.
    """

    minute: int
    traded: frozenset[str] = frozenset()
    sent: frozenset[str] = frozenset()
    has_ended: bool = False
    told: frozenset[str] | None = None


class LockStep(Protocol):
    """Two calls an exchange offers to the engine that it waits for."""

    def done(self, minute: int) -> Settlement:
        """Tell the exchange that the engine has committed and sent all it wants at `minute`.

        To call again after an answer is to say that it arrived; after an error it is a repetition, which
        tells and does the same.
        """

    def next_tick(self, after: int, wait_seconds: float) -> Tick | None:
        """Return the first tick later than `after`, or None when it did not come in time."""
