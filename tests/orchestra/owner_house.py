"""An engine with an owner: its exchange, its databases, and commands given as the API gives them."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, cast

from database.bar import MINUTE
from database.bars import market_schema
from database.calendar_manager import MarketCalendar
from database.schema_check import open_database
from orchestra.alpaca_wrapper import AlpacaWrapper
from orchestra.engine import Engine, Stores
from orchestra.messages.commands import Answer, Command, StartAlgorithm
from orchestra.messages.lockstep import Tick
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.replay import ReplayMarket
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.risk.halt_switch import HaltSwitch
from orchestra.runtime.clock import SimulatedClock, SystemClock
from orchestra.runtime.owner.command_desk import CommandDesk
from orchestra.runtime.owner.live_board import LiveBoard
from orchestra.runtime.settings import Mode
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.worlds import DEMO_KEY, World, offline_world
from system_databse import system_schema
from system_databse.rows import settings

# A half day, and the session after the holiday.
OPEN = int(datetime(2024, 7, 3, 13, 30, tzinfo=UTC).timestamp())
CLOSE = int(datetime(2024, 7, 3, 17, 0, tzinfo=UTC).timestamp())
NEXT_OPEN = int(datetime(2024, 7, 5, 13, 30, tzinfo=UTC).timestamp())
HEADER = "symbol,timestamp,open,high,low,close,volume"
CASH = 100_000
WAIT = 60.0

# Buys once what it may, then holds.
BUYER = """
class Algorithm:
    PARAMETERS = ({"name": "shares", "default": 5, "range": (1, 100), "help": "Shares to buy"},)

    def __init__(self, ticker, initial_capital):
        self.shares = 5
        self.reason = ""

    def run(self, current_time, algo_id):
        from system_databse.system_db_manager import get_transactions

        if get_transactions(algo_id):
            return ("hold", 0)
        self.reason = "has none yet"
        return ("buy", self.shares)
"""
IDLE = """
class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.reason = "warming up 3/51"

    def run(self, current_time, algo_id):
        return ("hold", 0)
"""
LOOPS = "while True:\n    pass\n\nclass Algorithm:\n    def run(self, current_time, algo_id): ...\n"
FILES = {"buyer": BUYER, "idle": IDLE, "loops": LOOPS}


class HeldClock(SystemClock):
    """Real time as it would run, put forward by the test; the steady seconds go with it, so it never seems set."""

    def __init__(self, minute: int) -> None:
        self._began_at = super().monotonic()
        self._offset = minute + 2.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.monotonic(), UTC)

    def monotonic(self) -> float:
        return self._offset + super().monotonic() - self._began_at

    def put(self, second: float) -> None:
        """Make it that second now."""
        self._offset += second - self.monotonic()

    def skip(self, seconds: float) -> None:
        """Let so much time pass."""
        self._offset += seconds


class OwnersAlpaca:
    """Alpaca whose clock is ours and whose history can be held back."""

    def __init__(self, alpaca: AlpacaWrapper, clock: HeldClock) -> None:
        self._alpaca = alpaca
        self._clock = clock
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._alpaca, name)

    def clock(self) -> datetime:
        return self._clock.now()

    def bars(self, symbols: Sequence[str], start: int, end: int) -> Iterable[tuple[str, Mapping[str, Any]]]:
        assert self.may_answer.wait(WAIT)
        return self._alpaca.bars(symbols, start, end)


@dataclass
class OwnerHouse:
    """The engine and all that it lives in. restart: a new engine on the same files, as after a crash."""

    folder: Path
    exchange: PaperExchange
    server: PaperExchangeServer
    world: World
    stores: Stores
    board: LiveBoard = field(default_factory=LiveBoard)
    halt: HaltSwitch = field(default_factory=lambda: HaltSwitch(keep=lambda _halt: None))
    limit_seconds: float = 5.0

    def __post_init__(self) -> None:
        self._ids = count()
        self.events: list[object] = []
        self.start()

    def start(self) -> None:
        timer = TurnTimer(SystemClock(), limit_seconds=self.limit_seconds)
        loader = StrategyLoader(self.folder / "algorithm", guard=timer.guard)
        self.engine = Engine(
            self.world,
            self.stores,
            install="house1",
            timer=timer,
            loader=loader,
            after_turn=lambda: None,
            board=self.board,
            halt=self.halt,
        )
        self.engine.listen(self.events.append)
        self.commands = CommandDesk(self.engine.inbox, self.world.clock)
        self.engine.connect()

    def restart(self) -> None:
        self.engine.stop()
        self.start()
        self.come_to_rest()

    def close(self) -> None:
        self.engine.stop()
        self.server.stop()
        self.exchange.close()
        self.stores.market.close()
        self.stores.system.close()

    @property
    def alpaca(self) -> OwnersAlpaca:
        assert isinstance(self.world.alpaca, OwnersAlpaca)
        return self.world.alpaca

    @property
    def clock(self) -> HeldClock:
        assert isinstance(self.world.clock, HeldClock)
        return self.world.clock

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.stores.system.path) as connection:
            return connection.execute(query).fetchall()

    def create_pin(self) -> None:
        with self.stores.system.transaction() as connection:
            settings.put(connection, "pin_hash", "scrypt$...", at="2024-07-03T13:00:00.000Z")

    def come_to_rest(self) -> None:
        """Wait for the streams to carry what is claimed, and let the engine hear of it."""
        assert self.engine.streams.wait_ready(WAIT)
        for _ in range(5):
            self.pass_once()
        self.pass_until(self._is_caught_up)

    def _is_caught_up(self) -> bool:
        """Say whether nothing keeps entries back any more but what the test itself holds back."""
        live = self.engine.live
        return live is None or not self.alpaca.may_answer.is_set() or not live.closed_gates()

    def pass_once(self, wait_seconds: float = 0.0) -> None:
        """Do one pass of the loop, without a minute becoming due."""
        self.engine.loop.pump(wait_seconds)
        if not self.world.clock.is_simulated:
            self.engine._between_minutes()
        self.engine.owner.run_due()

    def pass_until(self, is_so: Callable[[], bool]) -> None:
        clock = SystemClock()
        deadline = clock.monotonic() + WAIT
        while not is_so():
            assert clock.monotonic() < deadline, f"it did not come about within {WAIT:.0f} s"
            self.pass_once(0.05)

    def give(self, command: Command) -> Answer:
        """Give a command and let the engine do its passes until it has answered."""
        future = self.commands.give(command, command_id=str(next(self._ids)))
        self.pass_until(future.done)
        return future.result(0)

    def start_algorithm(
        self, name: str = "buyer", ticker: str = "ACME", capital: int = 10_000, **params: object
    ) -> int:
        answer = self.give(StartAlgorithm(name, ticker, Decimal(capital), params))
        assert answer.refusal is None, answer.reason
        id_ = answer.values["id"]
        assert isinstance(id_, int)
        self.come_to_rest()
        return id_

    def minute_at(self, minute: int) -> None:
        """Let the exchange come to the minute on its own, then run it as the loop would two seconds later."""
        tick = self.exchange_to(minute)
        self.engine._run_minute(tick)

    def exchange_to(self, minute: int) -> Tick:
        tick = Tick(minute)
        while self.exchange.now < minute:
            self.settle()
            tick = self.exchange.next_tick(self.exchange.now, 1) or tick
        self.clock.put(minute + 2.0)
        return tick

    def settle(self) -> None:
        """Let the exchange fill what it can at its minute."""
        while not self.exchange.done(self.exchange.now).is_settled:
            pass

    def fill(self) -> None:
        """Let the exchange go on until it has filled everything, and the engine hear of it."""
        self.settle()
        while self.exchange.account.working:
            self.exchange.next_tick(self.exchange.now, 1)
            self.settle()
        self.pass_until(lambda: not any(order.is_working for order in self.engine.books.open_orders()))

    def step(self) -> int:
        """Run the next minute in lock-step, settled."""
        tick = self.exchange.next_tick(self.engine.books.minute or self.exchange.now - 1, 1)
        assert tick is not None
        self.engine.inbox.put(tick)
        while self.engine.books.minute < tick.minute:
            self.engine.loop.pump(1)
        self.engine.owner.run_due()
        return tick.minute

    def position(self, algorithm_id: int, ticker: str = "ACME") -> int:
        return int(self.engine.books.ledger.position(algorithm_id, ticker).qty)

    def account_position(self, symbol: str = "ACME") -> int:
        held = [row for row in self.world.alpaca.positions() if row["symbol"] == symbol]
        return int(Decimal(held[0]["qty"])) if held else 0


def market_file(path: Path) -> Path:
    """Write the first and last minutes of a session, and the first of the next; ACME rises a cent a minute.

    GAPS trades in every third minute only.
    """
    lines = [HEADER]
    for start in (OPEN, CLOSE - 10 * MINUTE, NEXT_OPEN):
        for index in range(10 if start == CLOSE - 10 * MINUTE else 20):
            moment = f"{datetime.fromtimestamp(start + index * MINUTE, UTC):%Y-%m-%dT%H:%M:%SZ}"
            price = 50 + index / 100
            lines.append(f"ACME,{moment},{price},{price + 1},{price - 1},{price},100")
            lines.append(f"BETA,{moment},20,21,19,20,100")
            if index % 3 == 0:
                lines.append(f"GAPS,{moment},30,31,29,30,100")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def open_house(folder: Path, *, is_real: bool, limit_seconds: float = 5.0, speed: float | None = None) -> OwnerHouse:
    """Return a running house at the half day's open, in real time or in lock-step at that speed."""
    (folder / "algorithm").mkdir()
    for name, text in FILES.items():
        (folder / "algorithm" / f"{name}.py").write_text(text, encoding="utf-8")
    calendar = MarketCalendar()
    market = ReplayMarket.read([market_file(folder / "day.csv")], calendar)
    exchange = PaperExchange.open(
        folder / "exchange.db", market, calendar, cash=Decimal(CASH), clock=SystemClock(), speed=speed
    )
    server = PaperExchangeServer(exchange, key=DEMO_KEY, secret=DEMO_KEY)
    world = offline_world(
        server.start(), calendar, SimulatedClock(exchange, exchange.now), account_number=exchange.account_number
    )
    if is_real:
        clock = HeldClock(OPEN)
        alpaca = cast("AlpacaWrapper", OwnersAlpaca(world.alpaca, clock))
        world = replace(world, alpaca=alpaca, clock=clock, mode=Mode.PAPER)
    stores = Stores(
        open_database(
            folder / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
        ),
        open_database(
            folder / "system.db",
            system_schema.migrations,
            system_schema.APPLICATION_ID,
            synchronous="NORMAL",
            heals_itself=False,
        ),
    )
    return OwnerHouse(folder, exchange, server, world, stores, limit_seconds=limit_seconds)
