"""What somebody wants done, as frozen messages: imperative, one handler each, failing loudly.

In: the command line and the API. Out: one Answer a command, from the engine.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from system_databse.control.limit import LimitName


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
class SetPin:
    """Store the digest of the owner's PIN; refused when one exists already."""

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


Command = (
    StartAlgorithm
    | StopAlgorithm
    | PauseAlgorithm
    | ResumeAlgorithm
    | CancelOpenOrders
    | FlattenAll
    | SetLimit
    | SetPin
    | ConfirmBaseline
    | SettleDifference
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
