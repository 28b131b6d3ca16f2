"""The engine in real time, against an offline exchange whose minute the test holds still."""

import dataclasses
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from database.bar import MINUTE
from database.bars import market_schema
from database.calendar_manager import MarketCalendar
from database.errors import MarketDataError, StorageError
from database.schema_check import open_database
from orchestra.alpaca_wrapper import AlpacaWrapper
from orchestra.engine import Engine, Stores
from orchestra.messages.commands import StartAlgorithm
from orchestra.messages.events import OrderUpdateReceived, StopRequested
from orchestra.messages.lockstep import Tick
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.replay import ReplayMarket
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.runtime.clock import SimulatedClock, SystemClock
from orchestra.runtime.settings import Mode
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.worlds import DEMO_KEY, World, offline_world
from system_databse import system_schema
from system_databse.rows import settings

WAIT = 60.0
OPEN = int(datetime(2024, 7, 5, 13, 30, tzinfo=UTC).timestamp())
BUYER = """
class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.reason = "always wants five"

    def run(self, current_time, algo_id):
        return ("buy", 5)
"""


class HeldClock(SystemClock):
    """Real time that stands at a minute and two seconds; waiting is the machine's own."""

    def __init__(self, minute: int) -> None:
        self.minute = minute
        self.skipped_seconds = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.skipped_seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.minute + 2, UTC)


class MoodyAlpaca:
    """Alpaca, whose history can be out or slow, and whose clock is ours unless it is told to be wrong."""

    def __init__(self, alpaca: AlpacaWrapper, clock: HeldClock) -> None:
        self._alpaca = alpaca
        self._clock = clock
        self.clock_is_behind = timedelta(0)
        self.is_out = False
        self.refused = 0
        self.answer_slowly: Callable[[], None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._alpaca, name)

    def clock(self) -> datetime:
        return self._clock.now() - self.clock_is_behind

    def bars(self, symbols: Sequence[str], start: int, end: int) -> Iterable[tuple[str, Mapping[str, Any]]]:
        if self.answer_slowly:
            self.answer_slowly()
            return []
        if self.is_out:
            self.refused += 1
            raise MarketDataError("the history does not answer.")
        return self._alpaca.bars(symbols, start, end)


@dataclasses.dataclass
class House:
    """An engine in real time, its exchange and its databases."""

    engine: Engine
    exchange: PaperExchange
    clock: HeldClock
    stores: Stores
    system: Path

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.system) as connection:
            return connection.execute(query).fetchall()

    def create_pin(self) -> None:
        with self.stores.system.transaction() as connection:
            settings.put(connection, "pin_hash", "scrypt$...", at="2024-07-05T13:00:00.000Z")

    @property
    def alpaca(self) -> MoodyAlpaca:
        return cast("MoodyAlpaca", self.engine.world.alpaca)

    def pass_until(self, minute: int) -> Tick:
        """Let the exchange's clock come to the minute without the engine."""
        tick = Tick(minute)
        while self.exchange.now < minute:
            while not self.exchange.done(self.exchange.now).is_settled:
                pass
            tick = self.exchange.next_tick(self.exchange.now, 1) or tick
        self.clock.minute = minute
        return tick

    def run_minute(self, minute: int) -> None:
        """Let the exchange's clock come to the minute, then run it as the loop would."""
        self.engine.pipeline.run_minute(self.pass_until(minute))

    def stored(self) -> int:
        return len(self.engine.data.bar_store.bars_between("ACME", OPEN, OPEN + 20 * MINUTE))


def market_file(path: Path) -> Path:
    lines = [f"ACME,{datetime.fromtimestamp(OPEN + i * 60, UTC):%Y-%m-%dT%H:%M:%SZ},50,51,49,50,100" for i in range(20)]
    path.write_text("\n".join(["symbol,timestamp,open,high,low,close,volume", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    calendar = MarketCalendar()
    market = ReplayMarket.read([market_file(tmp_path / "day.csv")], calendar)
    exchange = PaperExchange.open(tmp_path / "exchange.db", market, calendar, cash=Decimal(10_000), clock=SystemClock())
    server = PaperExchangeServer(exchange, key=DEMO_KEY, secret=DEMO_KEY)
    clock = HeldClock(OPEN)
    world = world_in_real_time(server.start(), calendar, exchange, clock)
    stores = Stores(
        open_database(
            tmp_path / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
        ),
        open_database(
            tmp_path / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
        ),
    )
    engine = engine_with(world, stores, tmp_path)
    yield House(engine, exchange, clock, stores, tmp_path / "system.db")
    engine.stop()
    server.stop()
    exchange.close()
    stores.market.close()
    stores.system.close()


def world_in_real_time(url: str, calendar: MarketCalendar, exchange: PaperExchange, clock: HeldClock) -> World:
    offline = offline_world(url, calendar, SimulatedClock(exchange, OPEN), account_number=exchange.account_number)
    alpaca = cast("AlpacaWrapper", MoodyAlpaca(offline.alpaca, clock))
    return dataclasses.replace(offline, alpaca=alpaca, clock=clock, mode=Mode.PAPER)


def engine_with(world: World, stores: Stores, folder: Path) -> Engine:
    (folder / "algorithm").mkdir()
    (folder / "algorithm" / "buyer.py").write_text(BUYER, encoding="utf-8")
    timer = TurnTimer(SystemClock(), limit_seconds=5)
    loader = StrategyLoader(folder / "algorithm", guard=timer.guard)
    engine = Engine(world, stores, install="engine", timer=timer, loader=loader, after_turn=lambda: None)
    engine.add_algorithms([loader.find("buyer")], [StartAlgorithm("buyer", "ACME", Decimal(5_000))])
    engine.connect()
    return engine


@pytest.mark.requirement("S0-14", "S0-09")
def test_an_account_without_a_pin_buys_nothing_and_says_so(house: House) -> None:
    house.run_minute(OPEN + MINUTE)
    [(outcome, gate, reason)] = house.rows("SELECT outcome, gate, reason FROM decisions")
    assert (outcome, gate) == ("DENIED", "CLOSED_GATE")
    assert "no PIN" in str(reason)
    assert house.rows("SELECT strategy, action, quantity FROM signals") == [("buyer", "buy", 5.0)]
    assert house.rows("SELECT * FROM orders") == []


@pytest.mark.requirement("S0-11", "S2-22", "S2-37")
def test_an_account_with_a_pin_gets_the_order_and_its_fill_is_booked(house: House) -> None:
    house.create_pin()
    house.run_minute(OPEN + MINUTE)
    assert house.rows("SELECT outcome FROM decisions") == [("SUBMITTED",)]
    [(number, status, signal)] = house.rows("SELECT client_order_id, status, signal_id FROM orders")
    assert str(number).startswith("at-engine-1-")
    assert (status, signal) == ("ACCEPTED", 1)
    house.exchange.done(OPEN + MINUTE)
    pump_until(house, lambda: house.rows("SELECT status FROM orders") == [("FILLED",)])
    assert house.rows("SELECT type, shares, price FROM transactions") == [("buy", 5.0, 50.0)]
    assert house.rows("SELECT quantity, status FROM positions") == [("5", "OPEN")]


@pytest.mark.requirement("S0-15")
def test_an_update_that_cannot_be_read_is_asked_for_instead(house: House) -> None:
    house.create_pin()
    house.run_minute(OPEN + MINUTE)
    house.engine.streams.stop()
    house.exchange.done(OPEN + MINUTE)
    house.engine.inbox.put(OrderUpdateReceived({"data": {"event": "fill", "order": {"id": "?"}}}))
    pump_until(house, lambda: house.rows("SELECT status FROM orders") == [("FILLED",)])
    assert ("unreadable update", "clean") in house.rows("SELECT kind, result FROM recon_runs")


def test_minutes_that_went_by_are_written_down_and_never_decided(house: House) -> None:
    house.run_minute(OPEN + MINUTE)
    house.engine.record_missed([OPEN + 2 * MINUTE, OPEN + 3 * MINUTE])
    house.run_minute(OPEN + 2 * MINUTE)
    assert house.rows("SELECT minute, outcome FROM decisions") == [
        (OPEN + MINUTE, "DENIED"),
        (OPEN + 2 * MINUTE, "MISSED"),
        (OPEN + 3 * MINUTE, "MISSED"),
    ]


def test_a_changed_or_failed_algorithm_runs_again_when_the_owner_asks(house: House, tmp_path: Path) -> None:
    engine, command = house.engine, StartAlgorithm("buyer", "ACME", Decimal(5_000))
    (tmp_path / "algorithm" / "buyer.py").write_text(BUYER + "# better\n", encoding="utf-8")
    strategy = engine.runner._loader.find("buyer")
    engine.books.fail(1, "its file has changed")
    engine.add_algorithms([strategy], [command])
    engine.renew_algorithms([strategy], [command])
    assert house.rows("SELECT id, status, error_count, file_sha256 FROM algorithms") == [
        (1, "RUNNING", 0, strategy.sha256)
    ]


def test_what_a_strategy_says_it_saw_never_hides_what_the_books_say(house: House) -> None:
    house.engine.runner._instances[1].metadata = {"position": 99, "cash": 1.5, "distance": 0.25}
    house.run_minute(OPEN + MINUTE)
    [(saw,)] = house.rows("SELECT saw FROM decisions")
    seen = json.loads(str(saw))
    assert (seen["position"], seen["distance"], Decimal(seen["cash"])) == ("0", 0.25, Decimal(5_000))


def test_minute_behind_the_books_is_refused_and_told_once(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.engine.record_missed([OPEN + 3 * MINUTE])
    for minute in (OPEN + MINUTE, OPEN + 2 * MINUTE, OPEN + 3 * MINUTE, OPEN + 4 * MINUTE):
        house.run_minute(minute)
    told = [record.message for record in caplog.records if "check the machine's clock" in record.message]
    assert len(told) == 1
    assert house.rows("SELECT minute FROM decisions") == [(OPEN + 4 * MINUTE,)]


def test_error_of_another_thread_is_raised_by_the_run(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # It is connected already, and two threads must not run one stream.
    monkeypatch.setattr(house.engine, "connect", lambda: None)
    error = StorageError("exchange.db: the disk is full; free some space on it.")
    house.engine.inbox.put(StopRequested("an error of the exchange's clock", error=error))
    with pytest.raises(StorageError) as raised:
        house.engine.run()
    assert raised.value is error


def test_minutes_since_the_last_run_are_written_down_as_missed(house: House) -> None:
    house.run_minute(OPEN + MINUTE)
    house.clock.minute = OPEN + 4 * MINUTE
    house.engine.inbox.put(StopRequested("the end of the test"))
    house.engine.loop.run()
    outcomes = house.rows("SELECT minute, outcome FROM decisions")[1:]
    assert outcomes == [(OPEN + count * MINUTE, "MISSED") for count in (2, 3, 4)]


@pytest.mark.requirement("S2-26")
def test_streams_run_on_threads_of_their_own(house: House) -> None:
    streams = house.engine.streams._threads
    assert {thread.name for thread in streams if thread.is_alive()} == {"stream-data", "stream-orders"}
    house.engine.stop()
    for thread in streams:
        thread.join(WAIT)
    assert not [thread for thread in streams if thread.is_alive()]


@pytest.mark.requirement("S0-01")
def test_a_listener_that_fails_changes_no_trade(house: House) -> None:
    def fail(_event: object) -> None:
        raise ValueError("a broken onlooker")

    house.engine.listen(fail)
    house.create_pin()
    house.run_minute(OPEN + MINUTE)
    assert house.rows("SELECT status FROM orders") == [("ACCEPTED",)]


def test_what_the_algorithm_saw_is_kept_with_the_decision(house: House) -> None:
    house.run_minute(OPEN + MINUTE)
    [(saw,)] = house.rows("SELECT saw FROM decisions")
    seen = json.loads(str(saw))
    assert seen["bar"] == {"timestamp": "2024-07-05T13:30:00Z", "close": 50.0}
    assert (seen["position"], Decimal(seen["cash"])) == ("0", Decimal(5_000))


@pytest.mark.requirement("S2-60")
def test_what_passed_before_the_first_connection_is_fetched(house: House) -> None:
    house.pass_until(OPEN + 10 * MINUTE)
    assert house.stored() == 0
    pump_until(house, lambda: house.stored() == 10)


@pytest.mark.requirement("S2-60")
def test_a_history_that_was_out_is_asked_again_between_the_minutes(house: House) -> None:
    house.pass_until(OPEN + 10 * MINUTE)
    house.alpaca.is_out = True
    pump_until(house, lambda: house.alpaca.refused == 1)
    house.engine._between_minutes()
    house.alpaca.is_out = False
    house.clock.skipped_seconds += 5
    house.engine._between_minutes()
    house.engine._backfill.wait(WAIT)
    assert (house.alpaca.refused, house.stored()) == (1, 10)


def test_a_symbol_is_streamed_once_the_server_has_said_so(house: House) -> None:
    house.engine.streams.subscriptions.claim("LATER", "test")
    assert house.engine.data.is_streamed("ACME")
    assert not house.engine.data.is_streamed("LATER")


@pytest.mark.requirement("S2-71")
def test_all_look_ups_of_a_turn_share_its_seconds_of_waiting(house: House) -> None:
    go, finished = threading.Event(), []

    def answer_late() -> None:
        house.clock.skipped_seconds += 3

    def hang() -> None:
        go.wait(WAIT)
        finished.append("here")

    house.alpaca.answer_slowly = answer_late
    house.engine.market_side.fetch_missing("FIRST", OPEN - 7 * 86_400, OPEN)
    house.alpaca.answer_slowly = hang
    house.engine.market_side.fetch_missing("SECOND", OPEN - 7 * 86_400, OPEN)
    assert finished == []
    try:
        house.run_minute(OPEN + MINUTE)
    finally:
        go.set()
    house.engine.market_side.fetch_missing("SECOND", OPEN - 7 * 86_400, OPEN)
    assert finished == ["here"]


def pump_until(house: House, is_so: Callable[[], bool]) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + WAIT
    while not is_so():
        assert clock.monotonic() < deadline, f"it did not come about within {WAIT:.0f} s"
        house.engine.loop.pump(0.1)
