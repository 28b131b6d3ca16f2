"""What the API is given by the builder: everything it needs, and nothing to trade with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from database.sqlite_store import SqliteStore
from orchestra.messages.halt import Halt
from orchestra.runtime.clock import Clock
from orchestra.runtime.owner.command_desk import CommandDesk
from orchestra.runtime.owner.live_board import LiveBoard
from system_databse.door.door_store import DoorStore


class Lookups(Protocol):
    """The broker's answers about a ticker, by a client of the API's own: a slow look-up never holds the engine."""

    def asset(self, symbol: str) -> Mapping[str, Any] | None:
        """Return Alpaca's asset, None for a ticker it does not know; raises BrokerError."""

    def latest_price(self, symbol: str) -> float | None:
        """Return the newest price, None when there is none; raises BrokerError."""


class HaltControl(Protocol):
    """The halt switch, as far as the API uses it."""

    @property
    def halt(self) -> Halt | None:
        """Return the halt in force."""

    def set(self, halt: Halt) -> None:
        """Stop entries; raises StorageError when that could not be kept, and has stopped them all the same."""

    def clear(self) -> None:
        """Allow entries again; raises StorageError, and has then changed nothing."""


@dataclass(frozen=True, slots=True)
class ApiParts:
    """Everything the API works with.

    clock: the machine's own, never an exchange's: sessions and lockouts last as long in a demo at 60x as elsewhere.
    system: read only. strategies: what can be started, as JSON objects. boot: a random text of this process.
    hostnames: names besides localhost under which this machine may be asked.
    """

    board: LiveBoard
    commands: CommandDesk
    halt: HaltControl
    clock: Clock
    system: SqliteStore
    door: DoorStore
    lookups: Lookups
    strategies: Callable[[], Sequence[Mapping[str, object]]]
    mode: str
    boot: str
    version: str = "0.1.0"
    hostnames: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """How much of anything the API puts up with (reliability.md 5.2); seconds are the machine's.

    loopback_connections: of `connections`, kept free for this machine. lan_*: for each other address; new
    connections refill one a second. handshakes: of Socket.IO, one a second and address, five a second in all.
    """

    connections: int = 96
    loopback_connections: int = 32
    lan_connections: int = 16
    lan_burst: int = 10
    sockets: int = 48
    handshake_burst: int = 10
    body_bytes: int = 64 * 1024
    head_bytes: int = 16 * 1024
    request_seconds: float = 10.0
    answer_seconds: float = 30.0
    command_seconds: float = 10.0
    requests_a_minute: int = 600
    waiting_events: int = 100
