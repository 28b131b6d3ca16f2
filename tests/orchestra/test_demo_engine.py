"""The engine on a demo market: what is subscribed while it runs gets every bar from then on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from database.bar import MINUTE
from database.bars import market_schema
from database.schema_check import open_database
from orchestra.engine import Engine, Stores
from orchestra.messages.lockstep import Tick
from orchestra.runtime.clock import SystemClock
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.worlds import World, open_demo
from system_databse import system_schema
from system_databse.algorithm_record import AlgorithmRecord
from tests.source_tree import ROOT

START = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
FIRST = int(START.timestamp())


class WallClock(SystemClock):
    def now(self) -> datetime:
        return START


class House:
    """A demo that the test moves minute by minute."""

    def __init__(self, folder: Path) -> None:
        self.world: World = open_demo(folder / "exchange.db", seed=3, speed=0, clock=WallClock())
        self.market = open_database(
            folder / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
        )
        self.system = open_database(
            folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
        )
        timer = TurnTimer(SystemClock(), limit_seconds=5)
        self.loader = StrategyLoader(ROOT / "algorithm", guard=timer.guard)
        self.engine = Engine(
            self.world,
            Stores(self.market, self.system),
            install="abc123",
            timer=timer,
            loader=self.loader,
            after_turn=lambda: None,
        )
        self.now = FIRST

    def pass_minute(self) -> Tick:
        """Settle and run the next minute as the loop would."""
        lock_step = self.world.lock_step
        assert lock_step is not None
        while not lock_step.done(self.now).is_settled:
            pass
        tick = lock_step.next_tick(self.now, 1)
        assert tick is not None
        lock_step.reach(tick.minute)
        self.engine.pipeline.run_minute(tick)
        self.now = tick.minute
        return tick

    def crossover(self, ticker: str) -> AlgorithmRecord:
        found = self.loader.find("sma_crossover")
        return AlgorithmRecord(1, found.name, ticker, Decimal(5_000), found.file, found.sha256)

    def stored(self, symbol: str, start: int) -> list[int]:
        return [bar.ts for bar in self.engine.data.bar_store.bars_between(symbol, start, self.now)]

    def close(self) -> None:
        self.engine.stop()
        self.world.close()
        self.market.close()
        self.system.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


@pytest.mark.requirement("S2-29", "S2-44")
def test_an_algorithm_started_while_the_demo_runs_lacks_no_bar(house: House) -> None:
    house.engine.connect()
    for _ in range(3):
        house.pass_minute()
    begun = house.now
    house.engine.roster.start(house.crossover("AAPL"))
    ticks = [house.pass_minute() for _ in range(25)]
    assert house.stored("AAPL", begun) == list(range(begun, house.now, MINUTE))
    assert "AAPL" in ticks[-1].sent
    # What the averages need lies before; it was asked for when the algorithm first looked.
    assert len(house.stored("AAPL", begun - 50 * MINUTE)) >= 50


def test_a_symbol_nobody_streams_is_fetched_minute_by_minute(house: House) -> None:
    """The claim is known at once, the subscription may take a while: here it never comes."""
    house.engine.streams.claim("F", "test")
    ticks = [house.pass_minute() for _ in range(4)]
    assert all(tick.told == frozenset() for tick in ticks)
    assert house.stored("F", FIRST) == list(range(FIRST, house.now, MINUTE))


def test_a_symbol_nobody_needs_is_not_stored(house: House) -> None:
    house.engine.connect()
    for _ in range(3):
        house.pass_minute()
    assert house.stored("SPY", 0) == []
