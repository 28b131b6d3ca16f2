"""What somebody wants done, as frozen messages: imperative, one handler each, failing loudly.

In: the command line and the API. Out: one Answer a command, from the engine.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from system_databse.control.limit import LimitName
from system_databse.trading_signal import Action, Source


@dataclass(frozen=True, slots=True)
class StartAlgorithm:
    """Run a strategy on a ticker.

    algorithm: a name in `algorithm/` or a path; capital: dollars; params: values by the names of its PARAMETERS.
    command_id: the asker's; what was started under it is not started again, not even after a restart.
    """

    algorithm: str
    ticker: str
    capital: Decimal
    params: Mapping[str, object] = field(default_factory=dict)
    command_id: str | None = None


@dataclass(frozen=True, slots=True)
class StopAlgorithm:
    """End an algorithm for good. is_selling: sell its shares at once; otherwise they stay in the account."""

    algorithm_id: int
    is_selling: bool = False


@dataclass(frozen=True, slots=True)
class PauseAlgorithm:
    """Let an algorithm rest: no turns, its position stays."""

    algorithm_id: int


@dataclass(frozen=True, slots=True)
class ResumeAlgorithm:
    """Run a paused or failed algorithm again."""

    algorithm_id: int


@dataclass(frozen=True, slots=True)
class CancelOpenOrders:
    """Cancel every order of ours that still works and opens something. The halt switch is set already.

    Nothing is sold, and what is being sold goes on.
    """


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel what still works of one order, also of one that sells. Canceling the owner's sale withdraws its wish."""

    client_order_id: str


@dataclass(frozen=True, slots=True)
class FlattenAll:
    """Sell everything that our algorithms hold. wish_id: done once under one id, whatever crashes meanwhile."""

    wish_id: str


@dataclass(frozen=True, slots=True)
class SetLimit:
    """Limit something, or lift the limit (value None). algorithm_id: None for all algorithms together."""

    name: LimitName
    value: Decimal | None
    algorithm_id: int | None = None
    wish_id: str | None = None


@dataclass(frozen=True, slots=True)
class SetPreferences:
    """Keep what the owner prefers. changes: values by name, as `system_databse/control/preferences.py` reads them."""

    changes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SetPin:
    """Store the digest of the owner's PIN; refused when one exists already."""

    pin_hash: str


@dataclass(frozen=True, slots=True)
class ChangePin:
    """Store the digest of another PIN in place of the one there is."""

    pin_hash: str


@dataclass(frozen=True, slots=True)
class ConfirmBaseline:
    """Take note that the owner knows what the account held before our first start. symbols: none means all."""

    symbols: tuple[str, ...] = ()


class DifferenceChoice(StrEnum):
    """What the owner says of a difference between account and books.

    Adopt: mine, no algorithm's. Ignore: leave it, and stop asking. Assign: an algorithm's shares came or went. Flatten:
    the same, and that algorithm is stopped and the rest of its shares sold.
    """

    ADOPT = "adopt"
    IGNORE = "ignore"
    ASSIGN = "assign"
    FLATTEN = "flatten"


@dataclass(frozen=True, slots=True)
class SettleDifference:
    """Book what the owner says of a difference. price: dollars a share that came or went; by default what is known."""

    symbol: str
    choice: DifferenceChoice
    algorithm_id: int | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AcknowledgeAlert:
    """Take note that the owner has seen an alert; it stays open."""

    alert_id: int


@dataclass(frozen=True, slots=True)
class ResolveAlert:
    """End an alert: the owner says that it is dealt with."""

    alert_id: int


@dataclass(frozen=True, slots=True)
class Propose:
    """Suggest that an algorithm buys or sells its ticker; the owner has the last word.

    wish_id: the asker's; what is stored under it is not stored again.
    """

    algorithm_id: int
    action: Action
    shares: Decimal
    confidence: float | None = None
    reason: str = ""
    source: Source = Source.AI
    metadata: Mapping[str, object] = field(default_factory=dict)
    wish_id: str | None = None


@dataclass(frozen=True, slots=True)
class ApproveSignal:
    """Order what was proposed, now."""

    signal_id: int


@dataclass(frozen=True, slots=True)
class RejectSignal:
    """Never order what was proposed."""

    signal_id: int
    reason: str = ""


Command = (
    StartAlgorithm
    | StopAlgorithm
    | PauseAlgorithm
    | ResumeAlgorithm
    | CancelOpenOrders
    | CancelOrder
    | FlattenAll
    | SetLimit
    | SetPreferences
    | SetPin
    | ChangePin
    | ConfirmBaseline
    | SettleDifference
    | AcknowledgeAlert
    | ResolveAlert
    | Propose
    | ApproveSignal
    | RejectSignal
)


class Refusal(StrEnum):
    """Why a command was not carried out: the command is wrong, its object is unknown, or now is not the time."""

    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command. refusal None: done, and values tell what; else reason says in words why not."""

    values: Mapping[str, object] = field(default_factory=dict)
    refusal: Refusal | None = None
    reason: str = ""


def refused(refusal: Refusal, reason: str) -> Answer:
    """Return the answer to a command that is not carried out."""
    return Answer(refusal=refusal, reason=reason)


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """A command on its way to the engine, which sets the answer once, unless the asker's side has canceled it."""

    command: Command
    answer: "Future[Answer]"
