"""The order path as the engine builds it, on one file and one exchange: books, desk, gate, reconciliation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from database.calendar_manager import MarketCalendar
from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from orchestra.execution.alpaca_broker import AlpacaBroker
from orchestra.execution.books import Books
from orchestra.execution.order_desk import OrderDesk
from orchestra.execution.order_numbers import OrderNumbers
from orchestra.execution.reconciler import Reconciler
from orchestra.risk.risk_gate import RiskGate
from orchestra.risk.risk_rules import BASELINE
from system_databse import system_schema
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.errors import BrokerError
from system_databse.order import Order
from system_databse.trading_signal import Action, TradingSignal
from tests.orchestra.execution.fake_broker import FakeExchange, FakePort

MINUTE = 60
DAY = date(2026, 11, 18)
CALENDAR = MarketCalendar([DAY, date(2026, 11, 19)])
OPEN = CALENDAR.sessions_between(0, 1 << 40)[0].open
# The first minute at which a bar is over.
FIRST = OPEN + MINUTE
ALGORITHMS = ((1, "AAA"), (2, "AAA"), (3, "BBB"))
NUMBERS = OrderNumbers("abc123")


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class SteppedClock:
    """Real time, moved by hand."""

    is_simulated = False

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def now(self) -> datetime:
        # To the millisecond, as the database keeps it.
        return moment(round(self.seconds, 3))

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass(frozen=True, slots=True)
class Parts:
    """Of what the path is built; a campaign plants a bug by giving another class for one of them."""

    store: type[SqliteStore] = SqliteStore
    broker: type[AlpacaBroker] = AlpacaBroker
    books: type[Books] = Books
    desk: type[OrderDesk] = OrderDesk
    reconciler: type[Reconciler] = Reconciler
    gate: type[RiskGate] = RiskGate
    numbers: OrderNumbers = NUMBERS


class OrderPath:
    """One process's life on the file; make another one on the same file for the next life."""

    def __init__(
        self,
        file: Path,
        port: FakePort,
        clock: SteppedClock,
        *,
        is_halted: Callable[[], bool] = lambda: False,
        crash_point: Callable[[str], None] = lambda _point: None,
        publish: Callable[[object], None] = lambda _event: None,
        numbers: OrderNumbers | None = None,
        on_rival: Callable[[str], None] = lambda _words: None,
        parts: Parts | None = None,
    ) -> None:
        self.port, self.clock = port, clock
        made_of = parts or Parts()
        numbers = numbers or made_of.numbers
        # NORMAL: a crash of this process loses nothing; what a power cut does is another test's matter.
        self.store = made_of.store(file, synchronous="NORMAL", crash_point=crash_point)
        self.broker = made_of.broker(port)
        self.books = made_of.books(self.store, CALENDAR, clock, mode="PAPER", publish=publish)
        self.desk = made_of.desk(
            self.broker, self.books, clock, calendar=CALENDAR, numbers=numbers, is_halted=is_halted
        )
        self.reconciler = made_of.reconciler(
            self.broker,
            self.books,
            self.desk,
            store=self.store,
            clock=clock,
            numbers=numbers,
            publish=publish,
            on_rival=on_rival,
        )
        self.gate = made_of.gate(
            CALENDAR,
            closed_gates=lambda: (),
            frozen=lambda: self.reconciler.frozen_symbols,
            missing=self.reconciler.missing_shares,
            holds=lambda: {BASELINE: self.reconciler.truth.holds()},
        )

    def add_algorithms(self) -> None:
        for id_, symbol in ALGORITHMS:
            if id_ not in self.books.records:
                self.books.add_algorithm(AlgorithmRecord(id_, f"toy{id_}", symbol, Decimal(1_000_000), "toy.py", "0"))

    def decide(self, minute: int, *wishes: tuple[int, str, int]) -> None:
        """Run a minute in which the algorithms answered (id, action, shares); the others hold."""
        self.desk.send_waiting()
        wanted = {id_: (Action(action), shares) for id_, action, shares in wishes}
        signals = [signal_of(minute, id_, *wanted.get(id_, (Action.HOLD, 0))) for id_ in self.books.records]
        snapshot = self.books.snapshot({"AAA": 100.0, "BBB": 50.0})
        self.desk.carry_out(self.gate.judge(signals, snapshot, minute), minute)

    def hear(self, message: dict[str, object]) -> None:
        """Take one message of the order stream."""
        try:
            report, execution = self.broker.read_update(message)
        except BrokerError:
            return
        self.desk.apply(report, execution, source="stream")

    def orders(self) -> list[Order]:
        """Return every order on disk, by id."""
        with self.store.reader() as connection:
            ids = [row[0] for row in connection.execute("SELECT client_order_id FROM orders ORDER BY id")]
        return [order for id_ in ids if (order := self.books.find(id_))]

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        with self.store.reader() as connection:
            return connection.execute(query, parameters).fetchall()


def signal_of(minute: int, id_: int, action: Action, shares: int) -> TradingSignal:
    symbol = dict(ALGORITHMS)[id_]
    return TradingSignal(
        id_, f"toy{id_}", symbol, minute, action, Decimal(shares), last_bar_ts=minute - MINUTE, price=100.0
    )


def new_file(path: Path) -> Path:
    """Return a fresh system.db at that path."""
    open_database(path, system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL").close()
    return path


def fresh_path(folder: Path, *, is_halted: Callable[[], bool] = lambda: False) -> OrderPath:
    """Return a running order path on a new file, at two seconds past its first minute, without any fault."""
    clock = SteppedClock(FIRST + 2)
    port = FakePort(FakeExchange(), clock.now)
    path = OrderPath(new_file(folder / "system.db"), port, clock, is_halted=is_halted)
    path.add_algorithms()
    return path


def later(path: OrderPath, *, seconds: float) -> None:
    """Let time pass, and the loop do what is due, half a second at a time."""
    end = path.clock.now() + timedelta(seconds=seconds)
    path.desk.run_due()
    while path.clock.now() < end:
        path.clock.sleep(0.5)
        path.desk.run_due()
