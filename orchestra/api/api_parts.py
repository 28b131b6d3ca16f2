"""What the API is given by the builder: everything it needs, and nothing to trade with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from database.sqlite_store import SqliteStore
from database.timeframes.chart_bars import ChartBars
from orchestra.api.auth.readers.reader_wishes import ReaderWishes
from orchestra.messages.backtest_wish import BacktestWish, DaysWish
from orchestra.messages.diagnosis import Diagnosis
from orchestra.messages.halt import Halt
from orchestra.messages.health_report import HealthReport
from orchestra.messages.setup import AccountLook, Keys, ModeWish, Standing
from orchestra.runtime.clock import Clock
from orchestra.runtime.owner.command_desk import CommandDesk
from orchestra.runtime.owner.live_board import LiveBoard
from system_databse.door.door_store import DoorStore

VERSION = "0.1.0"


class Lookups(Protocol):
    """The broker's answers about a ticker, by a client of the API's own: a slow look-up never holds the engine."""

    def asset(self, symbol: str) -> Mapping[str, Any] | None:
        """Return Alpaca's asset, None for a ticker it does not know; raises BrokerError."""

    def all_assets(self) -> Sequence[Mapping[str, Any]]:
        """Return all of Alpaca's active stocks; raises BrokerError."""

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


class Backtests(Protocol):
    """Backtests, in processes of their own; all but what it takes is JSON.

    Raises NoSuchBacktest for an id of nothing, ConfigError in a sentence for what cannot be.
    """

    def submit(self, wish: BacktestWish) -> str:
        """Put a wish into the queue and return its id."""

    def listing(self) -> dict[str, Any]:
        """Return {jobs, results}."""

    def show(self, id_: str) -> dict[str, Any]:
        """Return one job, with its result once there is one."""

    def cancel(self, id_: str) -> dict[str, Any]:
        """End a job that waits or runs, and return it."""

    def forget(self, id_: str) -> None:
        """Remove what is over."""

    def report(self, id_: str) -> str:
        """Return a result as one HTML document."""

    def export(self, id_: str, form: str) -> bytes:
        """Return a result as a file, `json` or `csv`."""

    def compared(self, first: str, second: str) -> dict[str, Any]:
        """Return two results side by side."""

    def days(self, wish: DaysWish) -> dict[str, Any]:
        """Return which days have bars, and what could be fetched."""

    def fetch(self, wish: DaysWish) -> dict[str, Any]:
        """Have the days fetched that lack bars."""


class Notifications(Protocol):
    """Whom the owner has told when nobody looks. Changes return why not, None when done; they raise StorageError."""

    def describe(self) -> Mapping[str, object]:
        """Return what is set, addresses masked."""

    def add(self, address: str) -> str | None:
        """Tell one more address."""

    def remove(self, key: str) -> str | None:
        """Tell an address no more."""

    def set_heartbeat(self, address: str) -> str | None:
        """Ping this address, none when it is empty."""

    def set_loudness(self, chosen: Mapping[str, object]) -> str | None:
        """Tell these topics so loudly."""

    def set_quiet_hours(self, start: object, end: object) -> str | None:
        """Hold what is not urgent between these times."""

    def test(self, key: str) -> str | None:
        """Send a test to an address."""


class HealthExaminer(Protocol):
    """What looks at the process and its machine; it measures only now and then, however often it is asked."""

    def report(self) -> HealthReport:
        """Return how everything is, a few seconds old at most."""

    def examine(self) -> Sequence[Diagnosis]:
        """Look at everything anew, which takes its time."""


@dataclass(frozen=True, slots=True)
class ProcessParts:
    """What the API tells of its own process. logs: the folder of the run's logs; secrets: what they must not show.

    requirements: the list of the packages the program is made with. gauges: whatever could grow for ever, by name.
    """

    examiner: HealthExaminer | None = None
    logs: Path | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    requirements: Path | None = None
    gauges: Callable[[], Mapping[str, float]] = dict


class SetupControl(Protocol):
    """What an owner sets up from the page; each raises ConfigError in one plain sentence."""

    def standing(self) -> Standing:
        """Return how this machine is set up now."""

    def look(self, keys: Keys, mode: str) -> AccountLook:
        """Return what a pair of keys opens."""

    def switch(self, wish: ModeWish) -> None:
        """Keep another mode for the next start."""

    def set_lan(self, *, is_on: bool) -> None:
        """Keep whether the page is shown in the network from the next start on."""

    def start_anew(self, reason: str) -> None:
        """Have the program end and begin again."""


@dataclass(frozen=True, slots=True)
class ApiParts:
    """Everything the API works with.

    clock: the machine's own, never an exchange's: sessions and lockouts last as long in a demo at 60x as elsewhere.
    system: read only. bars: what charts show, read only. strategies: what can be started, as JSON objects. boot: a
    random text of this process. hostnames: names besides localhost under which this machine may be asked. is_lan: also
    under its private addresses, whatever the router gives it. setup, notifications: None for a replay. backtests: None
    where none are played. readers: what the settings say of other programs.
    """

    board: LiveBoard
    commands: CommandDesk
    halt: HaltControl
    clock: Clock
    system: SqliteStore
    bars: ChartBars
    door: DoorStore
    lookups: Lookups
    strategies: Callable[[], Sequence[Mapping[str, object]]]
    mode: str
    boot: str
    version: str = VERSION
    hostnames: frozenset[str] = field(default_factory=frozenset)
    backtests: Backtests | None = None
    notifications: Notifications | None = None
    process: ProcessParts = field(default_factory=ProcessParts)
    is_lan: bool = False
    setup: SetupControl | None = None
    readers: ReaderWishes = field(default_factory=ReaderWishes)


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """How much of anything the API puts up with (reliability.md 5.2); seconds are the machine's.

    loopback_connections: of `connections`, kept free for this machine. lan_*: for each other address; new
    connections refill one a second. handshakes: of Socket.IO, one a second and address, five a second in all. streams:
    raw WebSockets of other programs.
    """

    connections: int = 96
    loopback_connections: int = 32
    lan_connections: int = 16
    lan_burst: int = 10
    sockets: int = 48
    streams: int = 32
    handshake_burst: int = 10
    body_bytes: int = 64 * 1024
    head_bytes: int = 16 * 1024
    request_seconds: float = 10.0
    answer_seconds: float = 30.0
    command_seconds: float = 10.0
    requests_a_minute: int = 600
    waiting_events: int = 100
