"""One soak as a process of its own: the engine plays its days against an exchange in another process.

Prints JSON: a line a sample, and with --trace one more at the end, of what grew by line of code.
"""

import argparse
import gc
import json
import logging
import sys
import tracemalloc
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests

from database.bars import market_schema
from database.schema_check import open_database
from orchestra.engine import Engine, Stores
from orchestra.messages.commands import StartAlgorithm
from orchestra.paper_exchange.lockstep_client import LockStepClient
from orchestra.runtime.clock import SimulatedClock, SystemClock
from orchestra.runtime.log_setup import LogSetup
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.worlds import DEMO_KEY, offline_world, read_market
from system_databse import system_schema
from tests.faults.soak.gauges import sample
from tests.faults.soak.leak import Leak

STRATEGIES = Path(__file__).resolve().parents[2] / "journeys" / "algorithms"
STRATEGY = "sma_exact"
RECONNECT_MINUTES = 60
CAPITAL = Decimal(100_000)


@dataclass(slots=True)
class Watch:
    """What is done on each pass of the engine: samples, reconnects, and the planted leak."""

    engine: Engine
    chosen: argparse.Namespace
    leak: Leak = field(default_factory=Leak)
    minutes: int = 0
    seen: int = 0
    first: tracemalloc.Snapshot | None = None

    def on_pass(self) -> None:
        if self.engine.books.minute == self.seen:
            return
        self.seen = self.engine.books.minute
        self.minutes += 1
        if self.chosen.leak:
            self.leak.grow()
        if self.minutes % RECONNECT_MINUTES == 0:
            self._cut_the_streams()
        if self.minutes % self.chosen.every == 0:
            say(sample(self.minutes, self.chosen.folder).as_json())
        if self.chosen.trace and self.minutes == self.chosen.warm_up:
            self.first = snapshot()

    def grown(self) -> list[dict[str, Any]]:
        """Return the lines of code that hold more than after the warm-up, the most first."""
        if self.first is None:
            return []
        found = snapshot().compare_to(self.first, "lineno")
        return [
            {"line": str(one.traceback), "bytes": one.size_diff, "blocks": one.count_diff}
            for one in sorted(found, key=lambda one: -one.size_diff)[:20]
        ]

    def _cut_the_streams(self) -> None:
        for on in ("data", "orders"):
            requests.post(
                f"{self.chosen.url}/control/faults",
                json={"on": on, "kind": "disconnect", "times": 1},
                headers={"APCA-API-KEY-ID": DEMO_KEY, "APCA-API-SECRET-KEY": DEMO_KEY},
                timeout=5,
            ).raise_for_status()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("market", type=Path)
    parser.add_argument("url")
    parser.add_argument("account")
    parser.add_argument("--every", type=int, default=200)
    parser.add_argument("--warm-up", type=int, default=1500)
    parser.add_argument("--algorithms", type=int, default=20)
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--leak", action="store_true")
    chosen = parser.parse_args()
    log = LogSetup(chosen.folder / "logs", screen_level=logging.CRITICAL)
    log.start()
    if chosen.trace:
        tracemalloc.start()
    try:
        _play(chosen, log)
    finally:
        log.stop()


def _play(chosen: argparse.Namespace, log: LogSetup) -> None:
    market, calendar = read_market((chosen.market,))
    tickers = sorted(market.symbols)
    del market
    first = calendar.sessions_between(0, 1 << 40)[0].open
    world = offline_world(
        chosen.url, calendar, SimulatedClock(LockStepClient(chosen.url), first), account_number=chosen.account
    )
    stores = Stores(
        open_database(
            chosen.folder / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
        ),
        open_database(
            chosen.folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
        ),
    )
    timer = TurnTimer(SystemClock(), limit_seconds=5)
    loader = StrategyLoader(STRATEGIES, guard=timer.guard)
    engine = Engine(world, stores, install="soaked", timer=timer, loader=loader, after_turn=log.restore)
    chosen_tickers = [tickers[number % len(tickers)] for number in range(chosen.algorithms)]
    engine.add_algorithms(
        [loader.find(STRATEGY)] * chosen.algorithms,
        [StartAlgorithm(STRATEGY, ticker, CAPITAL) for ticker in chosen_tickers],
    )
    watch = Watch(engine, chosen)
    engine.each_pass(watch.on_pass, at_stop=lambda: None)
    try:
        engine.run()
        say({"minutes": watch.minutes, "grown": watch.grown()})
    finally:
        engine.stop()
        stores.market.close()
        stores.system.close()


def snapshot() -> tracemalloc.Snapshot:
    """Return what is held, not what only waits to be collected."""
    gc.collect()
    return tracemalloc.take_snapshot()


def say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
