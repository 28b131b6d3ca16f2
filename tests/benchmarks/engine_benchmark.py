"""Print how much of this machine one minute of the engine takes, and how fast a quiet replay runs.

Run: python tests/benchmarks/engine_benchmark.py [--quick]. The exchange is a child process, so that the figures are
the engine's alone. CPU seconds of all its threads are counted, not time on the wall.
"""

import argparse
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[2])

from database.bar import MINUTE  # noqa: E402
from database.bars import market_schema  # noqa: E402
from database.calendar_manager import MarketCalendar, Session  # noqa: E402
from database.schema_check import open_database  # noqa: E402
from database.timestamps import iso_minute  # noqa: E402
from orchestra.engine import Engine, Stores  # noqa: E402
from orchestra.messages.lockstep import Tick  # noqa: E402
from orchestra.paper_exchange.lockstep_client import LockStepClient  # noqa: E402
from orchestra.runtime.clock import SimulatedClock, SystemClock  # noqa: E402
from orchestra.runtime.log_setup import LogSetup  # noqa: E402
from orchestra.signals.strategy_loader import StrategyLoader  # noqa: E402
from orchestra.signals.turns.turn_timer import TurnTimer  # noqa: E402
from orchestra.worlds import offline_world  # noqa: E402
from system_databse import system_schema  # noqa: E402
from system_databse.algorithm_record import AlgorithmRecord  # noqa: E402
from system_databse.order import Order  # noqa: E402

ALGORITHMS, SYMBOLS, ORDERING = 100, 50, 20
WARM_UP_MINUTES = 55
TARGET_SECONDS = 1.0

# Reads what a strategy reads, then every fifth of them buys and sells in turn.
STRATEGY = f"""
from database.db_manager import get_data_for_algorithm
from system_databse.system_db_manager import get_transactions

class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        bars = get_data_for_algorithm(self.ticker, "last_n_bars", n=51)
        held = sum(t["shares"] if t["type"] == "buy" else -t["shares"] for t in get_transactions(algo_id))
        self.reason = f"average {{sum(bar['ohlcv']['c'] for bar in bars) / len(bars):.4f}}" if bars else "no bars"
        if algo_id % {ALGORITHMS // ORDERING} or len(bars) < 51:
            return ("hold", 0)
        return ("sell", held) if held else ("buy", 10)
"""


@dataclass
class Measured:
    """CPU seconds of each minute: deciding until everything is sent, and with the booking of the fills."""

    to_sent: list[float] = field(default_factory=list)
    to_settled: list[float] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    wall_seconds: float = 0.0


class Watched:
    """The engine's pipeline and settler with a stop-watch."""

    def __init__(self, engine: Engine) -> None:
        self.measured = Measured()
        self._engine = engine
        self._run, self._settle = engine.pipeline.run_minute, engine._settler.settle
        self._started = 0.0
        self._seen: list[Order] = []
        engine.pipeline.run_minute = self._run_minute
        engine._settler.settle = self._settle_minute

    def _run_minute(self, tick: Tick) -> None:
        self._started = time.process_time()
        self._run(tick)
        self.measured.to_sent.append(time.process_time() - self._started)
        fresh = [order for order in self._engine.books.open_orders() if order.attempts and order not in self._seen]
        self.measured.orders.append(len(fresh))
        self._seen = self._engine.books.open_orders()

    def _settle_minute(self, minute: int) -> None:
        self._settle(minute)
        if len(self.measured.to_settled) < len(self.measured.to_sent):
            self.measured.to_settled.append(time.process_time() - self._started)


def report(what: str, value: float, unit: str, target: str) -> None:
    sys.stdout.write(f"{what:<62} {value:8.3f} {unit:<10} target {target}\n")
    sys.stdout.flush()


def names(count: int) -> list[str]:
    letters = "ABCDEFGHIJ"
    return ["".join(pair) for pair in product(letters, letters)][:count]


def sessions(count: int) -> list[Session]:
    calendar = MarketCalendar()
    first = calendar.next_session(1_795_000_000)
    found = []
    while first is not None and len(found) < count:
        found.append(first)
        first = calendar.next_session(first.open)
    return found


def write_market(path: Path, symbols: list[str], minutes: list[int]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("symbol,timestamp,open,high,low,close,volume\n")
        for symbol in symbols:
            for number, ts in enumerate(minutes):
                price = 50 + number % 17 / 10
                row = f"{price:.2f},{price + 0.2:.2f},{price - 0.2:.2f},{price + 0.1:.2f},1000"
                file.write(f"{symbol},{iso_minute(ts)},{row}\n")


@contextmanager
def exchange(market: Path, folder: Path, cash: Decimal) -> Iterator[tuple[str, str]]:
    """Start the exchange as a child; yield its address and account number."""
    command = [sys.executable, "-m", "orchestra.paper_exchange", "--lock-step", "--replay", str(market), "--port", "0"]
    with subprocess.Popen(
        [*command, "--cash", str(cash), "--data-dir", str(folder)], cwd=sys.path[0], stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            words = child.stdout.readline().replace(",", "").rstrip(".\n").split()
            yield words[2], words[-1]
        finally:
            child.terminate()


def run(symbols: list[str], minutes: list[int], days: list[Session], algorithms: int) -> Measured:
    """Play these minutes with that many algorithms, dealt out over the symbols."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_market(folder / "market.csv", symbols, minutes)
        capital = Decimal(10_000)
        with exchange(folder / "market.csv", folder / "exchange", capital * algorithms) as (url, account):
            clock = SimulatedClock(LockStepClient(url), days[0].open)
            calendar = MarketCalendar([day.day for day in days])
            world = offline_world(url, calendar, clock, account_number=account)
            return play(world, folder, symbols, algorithms)


def play(world: Any, folder: Path, symbols: list[str], algorithms: int) -> Measured:
    strategies = folder / "algorithm"
    strategies.mkdir()
    (strategies / "measured.py").write_text(STRATEGY, encoding="utf-8")
    log = LogSetup(folder / "logs", screen_level=logging.ERROR)
    log.start()
    stores = Stores(
        open_database(
            folder / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
        ),
        open_database(folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"),
    )
    timer = TurnTimer(SystemClock(), limit_seconds=5)
    loader = StrategyLoader(strategies, guard=timer.guard)
    engine = Engine(world, stores, install="measur", timer=timer, loader=loader, after_turn=log.restore)
    strategy = loader.find("measured")
    for number in range(1, algorithms + 1):
        ticker = symbols[number % len(symbols)]
        record = AlgorithmRecord(number, strategy.name, ticker, Decimal(10_000), strategy.file, strategy.sha256)
        engine.books.add_algorithm(record)
    watched = Watched(engine)
    try:
        watched.measured.wall_seconds = seconds(engine.run)
    finally:
        engine.stop()
        stores.market.close()
        stores.system.close()
        log.stop()
    return watched.measured


def seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def busy_minute(minutes: int) -> None:
    day = sessions(1)[0]
    starts = [day.open + number * MINUTE for number in range(WARM_UP_MINUTES + minutes)]
    measured = run(names(SYMBOLS), starts, [day], ALGORITHMS)
    busy = [index for index, count in enumerate(measured.orders) if count >= ORDERING]
    if not busy:
        raise SystemExit("No minute had enough orders: the benchmark measures nothing.")
    what = f"{ALGORITHMS} algorithms, {SYMBOLS} symbols, {ORDERING} orders"
    to_sent = [measured.to_sent[index] for index in busy]
    report(f"{what}: decided and sent, median", median(to_sent), "CPU s", f"<= {TARGET_SECONDS:g}")
    report(f"  the same, slowest of {len(busy)} minutes", max(to_sent), "CPU s", f"<= {TARGET_SECONDS:g}")
    settled = [measured.to_settled[index] for index in busy if index < len(measured.to_settled)]
    report("  the same with its fills booked, median", median(settled), "CPU s", "")
    quiet = [seconds_ for seconds_, count in zip(measured.to_sent, measured.orders, strict=True) if not count]
    report("  a minute without orders, median", median(quiet), "CPU s", "")


def quiet_replay(days: int) -> None:
    found = sessions(days)
    starts = [ts for day in found for ts in range(day.open, day.close, MINUTE)]
    measured = run(names(1), starts, found, 1)
    report(f"quiet replay of {len(starts)} minutes", len(starts) / measured.wall_seconds, "minutes/s", "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer minutes: about 10 seconds")
    is_quick = parser.parse_args().quick
    busy_minute(8 if is_quick else 40)
    quiet_replay(1 if is_quick else 5)


if __name__ == "__main__":
    main()
