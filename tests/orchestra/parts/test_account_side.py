"""A demo comes through the split of a held stock: account, ledger, card, bars and transactions agree."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

from database.bars import market_schema
from database.calendar_manager import MarketCalendar, Session
from database.schema_check import open_database
from orchestra.alpaca_wrapper import AlpacaWrapper
from orchestra.engine import Engine, Stores
from orchestra.messages.commands import StartAlgorithm
from orchestra.messages.lockstep import Tick
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.corporate_action import ActionKind, CorporateAction
from orchestra.paper_exchange.market.story.company import actions_of
from orchestra.paper_exchange.market.story.listings import listed_symbols, listing_of
from orchestra.paper_exchange.market.synthetic import SyntheticMarket
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.runtime.clock import SimulatedClock, SystemClock
from orchestra.runtime.settings import Mode
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.worlds import DEMO_KEY, offline_world
from system_databse import system_schema
from system_databse.performance.card_calculations import card_of
from system_databse.rows import settings
from tests.orchestra.live_house import MoodyAlpaca, MovedClock

CALENDAR = MarketCalendar()
MINUTES_BEFORE_CLOSE = 12
# Buys seven once, tells what it sees, and sells all that its transactions add up to when asked.
KEEPER = """
from system_databse.system_db_manager import get_transactions
from database.db_manager import get_data_for_algorithm


class Algorithm:
    is_selling = False
    seen = []

    def __init__(self, ticker, initial_capital):
        self.ticker = ticker
        self.born = True
        self.reason = ""

    def run(self, current_time, algo_id):
        rows = get_transactions(algo_id)
        held = sum(row["shares"] if row["type"] == "buy" else -row["shares"] for row in rows)
        bars = get_data_for_algorithm(self.ticker, "last_n_bars", n=30)
        Algorithm.seen.append((held, [bar["ohlcv"]["c"] for bar in bars]))
        if not rows:
            return ("buy", 7)
        if Algorithm.is_selling and held:
            return ("sell", held)
        return ("hold", 0)
"""


def some_split() -> tuple[CorporateAction, Session]:
    """Return a split of the demo market, and the session before it."""
    start, end = datetime(2026, 3, 2, tzinfo=UTC).date(), datetime(2026, 10, 30, tzinfo=UTC).date()
    for symbol in listed_symbols():
        listing = listing_of(symbol)
        for action in actions_of(listing, CALENDAR, start=start, end=end) if listing else ():
            if action.kind is ActionKind.FORWARD_SPLIT:
                ex_open = CALENDAR.session_on(action.ex_date)
                assert ex_open is not None
                before = CALENDAR.last_session(ex_open.open)
                assert before is not None
                return action, before
    raise AssertionError("the demo market knows no split")


SPLIT, BEFORE = some_split()


START = BEFORE.close - MINUTES_BEFORE_CLOSE * 60


class SplitHouse:
    """One life of a demo with one algorithm on a symbol that splits tomorrow; make another for the next life."""

    def __init__(self, folder: Path, *, owned_before: int = 0, real: MovedClock | None = None) -> None:
        self.folder = folder
        exchange = PaperExchange.open(
            folder / "exchange.db",
            SyntheticMarket(3, CALENDAR),
            CALENDAR,
            cash=Decimal(100_000),
            clock=SystemClock(),
            start=START,
        )
        self.server = PaperExchangeServer(exchange, key=DEMO_KEY, secret=DEMO_KEY)
        self.exchange = exchange
        self.world = offline_world(
            self.server.start(),
            CALENDAR,
            SimulatedClock(exchange, exchange.now),
            account_number=exchange.account_number,
        )
        lock_step = self.world.lock_step
        assert lock_step is not None
        self.clock = lock_step
        if real:
            alpaca = cast("AlpacaWrapper", MoodyAlpaca(self.world.alpaca, real))
            self.world = replace(self.world, alpaca=alpaca, clock=real, mode=Mode.PAPER)
        if owned_before:
            self.world.alpaca.submit_order(
                symbol=SPLIT.symbol, qty=Decimal(owned_before), side="buy", client_order_id="by-hand"
            )
        market, system = market_schema, system_schema
        self.stores = Stores(
            open_database(folder / "market.db", market.migrations, market.APPLICATION_ID, synchronous="NORMAL"),
            open_database(folder / "system.db", system.migrations, system.APPLICATION_ID, synchronous="NORMAL"),
        )
        (folder / "algorithm").mkdir(exist_ok=True)
        (folder / "algorithm" / "keeper.py").write_text(KEEPER, encoding="utf-8")
        timer = TurnTimer(SystemClock(), limit_seconds=5)
        self.loader = StrategyLoader(folder / "algorithm", guard=timer.guard)
        self.engine = Engine(
            self.world, self.stores, install="abc123", timer=timer, loader=self.loader, after_turn=lambda: None
        )
        commands = [StartAlgorithm("keeper", SPLIT.symbol, Decimal(100_000))]
        self.engine.add_algorithms([self.loader.find("keeper")], commands)
        with self.stores.system.transaction() as connection:
            settings.put(connection, "pin_hash", "scrypt$...", at="2026-10-23T13:00:00.000Z")
        self.engine.connect()
        self.engine._settle(self.now)
        assert self.engine.streams.wait_ready(5)

    @property
    def now(self) -> int:
        return self.exchange.now

    def step(self) -> Tick:
        """Run the next minute, settled, as the loop would."""
        tick = self.clock.next_tick(self.now, 1)
        assert tick is not None
        self.engine.loop._on_tick(tick)
        self.engine.owner.run_due()
        return tick

    def until(self, minute: int) -> None:
        while self.now < minute:
            self.step()

    @property
    def algorithm(self) -> Any:
        return type(self.engine.runner._instances[1])

    def account_qty(self) -> Decimal:
        held = [row for row in self.world.alpaca.positions() if row["symbol"] == SPLIT.symbol]
        return Decimal(held[0]["qty"]) if held else Decimal(0)

    def rows(self, query: str, database: str = "system") -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.folder / f"{database}.db") as connection:
            return connection.execute(query).fetchall()

    def close(self) -> None:
        self.engine.stop()
        self.server.stop()
        self.exchange.close()
        self.stores.market.close()
        self.stores.system.close()


@pytest.fixture
def build(quick_folder: Path) -> Iterator[Callable[..., SplitHouse]]:
    houses: list[SplitHouse] = []

    def make(**more: Any) -> SplitHouse:
        houses.append(SplitHouse(quick_folder, **more))
        return houses[-1]

    yield make
    houses[-1].close()


RATIO = SPLIT.new_rate / SPLIT.old_rate
EX_OPEN = CALENDAR.session_on(SPLIT.ex_date).open  # type: ignore[union-attr]  # an ex date is a session


@pytest.mark.requirement("S2-77")
def test_a_demo_comes_through_the_split_of_a_held_stock(build: Callable[..., SplitHouse]) -> None:
    house = build()
    house.until(BEFORE.close)
    position = house.engine.books.ledger.position(1, SPLIT.symbol)
    before = card_of(house.engine.owner.allocation.holding(1), house.engine.owner.allocation.price(SPLIT.symbol))
    assert (position.qty, house.account_qty()) == (7, 7)
    house.until(EX_OPEN)
    after = house.engine.books.ledger.position(1, SPLIT.symbol)
    assert after.qty == house.account_qty() == 7 * RATIO
    assert after.qty * after.entry_price == pytest.approx(position.qty * position.entry_price, rel=Decimal("1e-20"))
    assert house.engine.reconciler.frozen_symbols == frozenset()
    card = card_of(house.engine.owner.allocation.holding(1), house.engine.owner.allocation.price(SPLIT.symbol))
    assert card.cash == before.cash
    # The last close on the new terms, to the fourth decimal: nobody grew rich overnight.
    assert card.equity == pytest.approx(before.equity, rel=Decimal("1e-4"))
    assert house.rows("SELECT quantity FROM positions") == [(str(after.qty),)]
    assert house.rows("SELECT kind, algo_id, ratio FROM adjustments") == [("split", 1, str(RATIO))]
    assert ("split.booked",) in house.rows("SELECT type FROM events")


@pytest.mark.requirement("S2-77")
def test_strategies_see_a_smooth_history_and_can_sell_what_they_add_up_to(build: Callable[..., SplitHouse]) -> None:
    house = build()
    house.until(EX_OPEN + 5 * 60)
    held, closes = house.algorithm.seen[-1]
    assert held == 7 * RATIO
    steps = [abs(later / earlier - 1) for earlier, later in pairwise(closes)]
    assert len(closes) == 30
    assert max(steps) < 0.2
    house.algorithm.is_selling = True
    house.until(EX_OPEN + 8 * 60)
    assert house.engine.books.ledger.position(1, SPLIT.symbol).qty == house.account_qty() == 0
    assert house.rows("SELECT gate FROM decisions WHERE action = 'sell' AND outcome = 'DENIED'") == []


@pytest.mark.requirement("S2-77")
def test_what_is_not_ours_splits_too(build: Callable[..., SplitHouse]) -> None:
    house = build(owned_before=3)
    house.until(EX_OPEN)
    assert house.engine.books.ledger.position(1, SPLIT.symbol).qty == 7 * RATIO
    assert house.account_qty() == 10 * RATIO
    assert house.engine.reconciler.frozen_symbols == frozenset()
    assert house.engine.reconciler.truth.not_ours == {SPLIT.symbol: 3 * RATIO}


@pytest.mark.requirement("S2-77")
@pytest.mark.parametrize("minutes_after_open", [0, 3])
def test_a_restart_over_a_split_books_it_once(build: Callable[..., SplitHouse], minutes_after_open: int) -> None:
    house = build()
    house.until(EX_OPEN + minutes_after_open * 60)
    house.close()
    again = build()
    again.until(EX_OPEN + (minutes_after_open + 3) * 60)
    assert again.engine.books.ledger.position(1, SPLIT.symbol).qty == again.account_qty() == 7 * RATIO
    assert again.rows("SELECT COUNT(*) FROM adjustments") == [(1,)]
    assert again.algorithm.seen[-1][0] == 7 * RATIO
    assert again.engine.reconciler.frozen_symbols == frozenset()


@pytest.mark.requirement("S2-77")
def test_a_split_that_happened_while_the_program_was_down_is_booked_at_the_start(
    build: Callable[..., SplitHouse],
) -> None:
    house = build()
    house.until(BEFORE.close)
    house.engine.stop()
    # The exchange goes on alone.
    while house.now < EX_OPEN + 120:
        while not house.clock.done(house.now).is_settled:
            pass
        tick = house.clock.next_tick(house.now, 1)
        assert tick is not None
        house.clock.reach(tick.minute)
    house.close()
    again = build()
    assert again.engine.books.ledger.position(1, SPLIT.symbol).qty == again.account_qty() == 7 * RATIO
    assert again.engine.reconciler.frozen_symbols == frozenset()


def idle(house: SplitHouse) -> None:
    """Let the engine do what it does between minutes, and the fetcher come to an end."""
    for _ in range(20):
        house.engine.loop.pump(0.01)
        house.engine._between_minutes()


def exchange_reaches(house: SplitHouse, minute: int) -> None:
    while house.exchange.now < minute:
        while not house.exchange.done(house.exchange.now).is_settled:
            pass
        house.exchange.next_tick(house.exchange.now, 1)


@pytest.mark.requirement("S2-77")
def test_in_real_time_the_split_is_known_before_the_open_and_booked_when_the_account_shows_it(
    build: Callable[..., SplitHouse],
) -> None:
    clock = MovedClock(START + 2.0)
    house = build(real=clock)
    idle(house)
    for number in (1, 2, 3):
        minute = START + number * 60
        exchange_reaches(house, minute)
        clock.seconds = minute + 2.0
        idle(house)
        house.engine._run_minute(Tick(minute))
        house.engine._settle(minute)
    exchange_reaches(house, BEFORE.close)
    clock.seconds = BEFORE.close + 60.0
    idle(house)
    assert house.engine.books.ledger.position(1, SPLIT.symbol).qty == 7
    clock.seconds = EX_OPEN - 40 * 60.0
    idle(house)
    assert house.rows("SELECT symbol FROM corporate_actions", "market") == [(SPLIT.symbol,)]
    # The broker is late: the session is open, and the account shows the old number.
    clock.seconds = EX_OPEN + 1.0
    assert house.engine.account.closed_gates() == []
    assert SPLIT.symbol in house.engine.account.holds()["CORPORATE_ACTION"]
    exchange_reaches(house, EX_OPEN)
    clock.seconds += 61.0
    idle(house)
    assert house.engine.books.ledger.position(1, SPLIT.symbol).qty == house.account_qty() == 7 * RATIO
    for under_way in list(house.engine.account._renewing.values()):
        under_way.result(60)
    clock.seconds += 61.0
    idle(house)
    assert house.engine.account.holds()["CORPORATE_ACTION"] == {}
    assert house.engine.reconciler.frozen_symbols == frozenset()
    assert house.rows("SELECT COUNT(*) FROM corporate_actions WHERE applied_at IS NULL", "market") == [(0,)]
