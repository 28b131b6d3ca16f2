"""An engine in real time against an offline Alpaca, with a clock that only the test moves."""

import dataclasses
import json
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from database.bar import MINUTE
from database.bars import market_schema
from database.calendar_manager import MarketCalendar
from database.errors import MarketDataError
from database.schema_check import open_database
from orchestra.alpaca_wrapper import AlpacaWrapper
from orchestra.engine import Engine, Stores
from orchestra.messages.commands import StartAlgorithm
from orchestra.messages.events import StreamName
from orchestra.messages.lockstep import Execution, Tick
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.replay import ReplayMarket
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.paper_exchange.wire.faults.fault import AT_CONNECTING, ON_CONNECTION, Fault, FaultKind, FaultTarget
from orchestra.runtime.clock import SimulatedClock, SystemClock
from orchestra.runtime.settings import Mode
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.worlds import DEMO_KEY, offline_world
from system_databse import system_schema
from system_databse.errors import BrokerUnavailable
from system_databse.rows import settings

OPEN = int(datetime(2024, 7, 5, 13, 30, tzinfo=UTC).timestamp())
SYMBOL = "ACME"
PATIENCE_SECONDS = 30.0
# Faults of a data stream that may keep a bar from coming at all.
SILENCING = AT_CONNECTING | ON_CONNECTION | {FaultKind.DROP}
BUYER = """
class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.reason = "always wants one"

    def run(self, current_time, algo_id):
        return ("buy", 1)
"""


class MovedClock(SystemClock):
    """Real time that the test moves; steady seconds go with it unless the clock is set."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.set_by = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds - self.set_by - OPEN + 1_000.0


class MoodyAlpaca:
    """Alpaca, whose history can be out, whose clock can differ and whose asset can be taken off the market."""

    def __init__(self, alpaca: AlpacaWrapper, clock: MovedClock) -> None:
        self._alpaca = alpaca
        self._clock = clock
        self.clock_differs = timedelta(0)
        self.is_out = False
        self.is_tradable = True
        self.hours: dict[date, tuple[str, str] | None] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._alpaca, name)

    def clock(self) -> datetime:
        return self._clock.now() + self.clock_differs

    def calendar(self, start: date, end: date) -> list[dict[str, str]]:
        """Tell the sessions of the rules, but for the `hours` that a test has changed."""
        if self.is_out:
            raise BrokerUnavailable("no answer")
        days = (start + timedelta(days=number) for number in range((end - start).days + 1))
        usual = {day: ("09:30", "16:00") for day in days if MarketCalendar().session_on(day)}
        told = {day: hours for day, hours in sorted({**usual, **self.hours}.items()) if hours}
        return [{"date": str(day), "open": hours[0], "close": hours[1]} for day, hours in told.items()]

    def asset(self, symbol: str) -> dict[str, Any]:
        return {"symbol": symbol, "status": "active", "class": "us_equity", "tradable": self.is_tradable}

    def bars(self, symbols: Sequence[str], start: int, end: int) -> Iterable[tuple[str, Mapping[str, Any]]]:
        if self.is_out:
            raise MarketDataError("the history does not answer.")
        return self._alpaca.bars(symbols, start, end)


class LiveHouse:
    """One algorithm on one symbol that trades every minute; a PIN is there.

    strategy: another one's source; space_weather: asks NOAA.
    """

    def __init__(
        self,
        folder: Path,
        stack: ExitStack,
        *,
        minutes: int = 60,
        strategy: str = "",
        space_weather: Callable[[], bytes] | None = None,
    ) -> None:
        self.folder = folder
        calendar = MarketCalendar()
        market = ReplayMarket.read([_market_file(folder / "day.csv", minutes)], calendar)
        self.exchange = PaperExchange.open(
            folder / "exchange.db", market, calendar, cash=Decimal(10_000), clock=SystemClock()
        )
        stack.callback(self.exchange.close)
        self.server = PaperExchangeServer(self.exchange, key=DEMO_KEY, secret=DEMO_KEY)
        url = self.server.start()
        stack.callback(self.server.stop)
        self.clock = MovedClock(OPEN + 2.0)
        offline = offline_world(
            url, calendar, SimulatedClock(self.exchange, OPEN), account_number=self.exchange.account_number
        )
        self.alpaca = MoodyAlpaca(offline.alpaca, self.clock)
        self.world = dataclasses.replace(
            offline,
            alpaca=cast("AlpacaWrapper", self.alpaca),
            clock=self.clock,
            mode=Mode.PAPER,
            space_weather=space_weather,
        )
        self.stores = _stores(folder)
        stack.callback(self.stores.market.close)
        stack.callback(self.stores.system.close)
        self.engine = self._engine(strategy or BUYER)
        stack.callback(self.engine.stop)

    def start(self) -> "LiveHouse":
        self.engine.connect()
        self.until(lambda: self.engine.streams.is_connected(StreamName.DATA))
        return self

    def plant(self, on: str, kind: FaultKind, **more: Any) -> None:
        self.server.faults.plant(Fault(FaultTarget(on), kind, **more))

    def exchange_reaches(self, minute: int) -> None:
        """Let the exchange's clock come to the minute; its fills and bars are here then, unless a fault keeps them."""
        while self.exchange.now < minute:
            executions: set[Execution] = set()
            is_settled = False
            while not is_settled:
                settlement = self.exchange.done(self.exchange.now)
                executions.update(settlement.executions)
                is_settled = settlement.is_settled
            tick = self.exchange.next_tick(self.exchange.now, 1)
            if not self._is_planted(FaultTarget.ORDERS, frozenset(FaultKind)):
                self._pump_until(lambda told=executions: all(map(self.engine.desk.is_booked, told)))
            if tick and not self._is_planted(FaultTarget.DATA, SILENCING):
                stream = self.engine.market._stream
                assert stream.wait_for(tick.sent, tick.minute - MINUTE, wait_seconds=PATIENCE_SECONDS)

    def pass_minutes(self, count: int, *, is_run: bool = True) -> None:
        """Let minutes go by as the loop would: idle passes, the minute at two seconds past, and idle passes again."""
        for _ in range(count):
            minute = int(self.clock.seconds) // MINUTE * MINUTE + MINUTE
            self.pass_until(minute)
            self.exchange_reaches(minute)
            self.pass_until(minute + 2.0)
            if is_run:
                self.engine._run_minute(Tick(minute))
                self.engine._settle(minute)

    def pass_until(self, seconds: float) -> None:
        """Let time pass in steps of five seconds, with what the engine does between minutes."""
        while self.clock.seconds < seconds:
            self.clock.seconds = min(self.clock.seconds + 5.0, seconds)
            self.idle()

    def idle(self) -> None:
        for _ in range(3):
            self.engine.loop.pump(0.002)
        self.engine._between_minutes()

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for what another thread brings about, market time standing still."""
        self._pump_until(is_so, after_each=self.engine._between_minutes)

    def rows(self, query: str, database: str = "system") -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.folder / f"{database}.db") as connection:
            return connection.execute(query).fetchall()

    def last_decision(self) -> tuple[Any, ...]:
        return self.rows("SELECT outcome, gate, reason FROM decisions ORDER BY minute DESC LIMIT 1")[0]

    def alerts(self) -> list[tuple[str, str]]:
        """Return kind and text of what the owner was told."""
        return [(kind, json.loads(data)["text"]) for kind, data in self.rows("SELECT type, data FROM events")]

    def stored(self) -> list[int]:
        """Return the minutes of the session that are stored, counted from the open."""
        return [(ts - OPEN) // MINUTE for (ts,) in self.rows("SELECT ts FROM bars ORDER BY ts", "market")]

    def _pump_until(self, is_so: Callable[[], bool], *, after_each: Callable[[], object] = lambda: None) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, f"it did not come about within {PATIENCE_SECONDS:g} s"
            self.engine.loop.pump(0.02)
            after_each()

    def _is_planted(self, on: FaultTarget, kinds: Collection[FaultKind]) -> bool:
        """Say whether such a fault was planted; a spent one may last."""
        faults = [each.fault for each in self.server.faults.planted()]
        return any(fault.on is on and fault.kind in kinds for fault in faults)

    def _engine(self, strategy: str) -> Engine:
        (self.folder / "algorithm").mkdir()
        (self.folder / "algorithm" / "buyer.py").write_text(strategy, encoding="utf-8")
        timer = TurnTimer(SystemClock(), limit_seconds=5)
        loader = StrategyLoader(self.folder / "algorithm", guard=timer.guard)
        engine = Engine(self.world, self.stores, install="live", timer=timer, loader=loader, after_turn=lambda: None)
        engine.add_algorithms([loader.find("buyer")], [StartAlgorithm("buyer", SYMBOL, Decimal(5_000))])
        with self.stores.system.transaction() as connection:
            settings.put(connection, "pin_hash", "scrypt$...", at="2024-07-05T13:00:00.000Z")
        return engine


def _market_file(path: Path, minutes: int) -> Path:
    """Write one session whose closes rise a cent a minute."""
    lines = ["symbol,timestamp,open,high,low,close,volume"]
    for number in range(minutes):
        stamp = datetime.fromtimestamp(OPEN + number * MINUTE, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        close = 50 + number / 100
        lines.append(f"{SYMBOL},{stamp},{close:.2f},{close + 1:.2f},{close - 1:.2f},{close:.2f},100")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _stores(folder: Path) -> Stores:
    market = open_database(
        folder / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
    )
    system = open_database(
        folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
    )
    return Stores(market, system)
