"""An exchange on the made-up market: it goes on past every close, and looks only at what somebody needs."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from database.bar import MINUTE, Bar
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from orchestra.messages.lockstep import Tick
from orchestra.paper_exchange.book.orders import Order, OrderUpdate
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.lockstep_client import LockStepClient
from orchestra.paper_exchange.market.synthetic import SyntheticMarket
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.paper_exchange.wire.sockets.hub import StreamHub
from tests.orchestra.paper_exchange.made_market import StandingClock, request

CALENDAR = MarketCalendar()
_friday = CALENDAR.session_on(date(2026, 11, 27))  # a half day: 09:30 to 13:00 in New York
assert _friday is not None
FRIDAY = _friday
CASH = Decimal(100_000)


class Listener:
    """A stream client that wants some symbols."""

    def __init__(self, *symbols: str) -> None:
        self.symbols: frozenset[str] | None = frozenset(symbols)
        self.heard: list[Bar] = []

    def wanted(self) -> frozenset[str] | None:
        return self.symbols

    def send_bars(self, bars: Sequence[Bar]) -> frozenset[str]:
        heard = [bar for bar in bars if self.symbols is None or bar.symbol in self.symbols]
        self.heard += heard
        return frozenset(bar.symbol for bar in heard)

    def send_update(self, update: OrderUpdate) -> None:
        pass


class CountingMarket(SyntheticMarket):
    """Remembers for which symbols a bar was made."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, CALENDAR)
        self.asked: set[str] = set()

    def bar(self, symbol: str, ts: int) -> Bar | None:
        self.asked.add(symbol)
        return super().bar(symbol, ts)


class Demo:
    """An exchange, its clock and its listener."""

    def __init__(self, book: Path, *, seed: int = 5, speed: float | None = None, start: int = FRIDAY.open) -> None:
        self.clock = StandingClock()
        self.market = CountingMarket(seed)
        self.listener = Listener("SPY")
        self.exchange = PaperExchange.open(
            book,
            self.market,
            CALENDAR,
            cash=CASH,
            clock=self.clock,
            speed=speed,
            start=start,
        )
        self.exchange.attach(self.listener)

    def settle(self) -> None:
        while not self.exchange.done(self.exchange.now).is_settled:
            pass

    def advance(self) -> Tick:
        self.settle()
        tick = self.exchange.next_tick(self.exchange.now, 0)
        assert tick is not None
        return tick

    def advance_to(self, minute: int) -> Tick:
        tick = Tick(0)
        while self.exchange.now < minute:
            tick = self.advance()
        return tick

    def buy(self, symbol: str) -> Order:
        order = self.exchange.submit(request("buy", "1", symbol))
        assert isinstance(order, Order), order
        return order


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path / "exchange.db")
    yield demo
    demo.exchange.close()


def test_a_tick_tells_of_the_symbols_somebody_listens_to(demo: Demo) -> None:
    tick = demo.advance()
    assert tick == Tick(FRIDAY.open + MINUTE, frozenset({"SPY"}), frozenset({"SPY"}), told=frozenset({"SPY"}))
    assert demo.listener.heard == [demo.market.bar("SPY", FRIDAY.open)]
    assert demo.market.asked == {"SPY"}
    demo.listener.symbols = frozenset({"NVDA"})
    assert demo.advance().traded == {"NVDA"}


def test_a_tick_asked_for_again_tells_the_same(demo: Demo) -> None:
    tick = demo.advance()
    again = demo.exchange.next_tick(tick.minute - MINUTE, 0)
    assert again is not None
    assert (again.minute, again.traded, again.told) == (tick.minute, tick.traded, tick.told)


def test_what_is_ordered_or_held_is_looked_at_too(demo: Demo) -> None:
    demo.listener.symbols = frozenset()
    demo.buy("AAPL")
    demo.exchange.submit(request("buy", "1", "MSFT", type="limit", limit_price="1"))
    assert demo.advance().told == {"AAPL", "MSFT"}
    assert demo.exchange.account.position("AAPL").qty == 1
    assert demo.market.asked == {"AAPL", "MSFT"}


def test_somebody_who_listens_to_all_hears_every_listed_symbol(demo: Demo) -> None:
    demo.listener.symbols = None
    tick = demo.advance()
    assert tick.told is None
    assert len(tick.sent) > 280
    assert tick.sent == tick.traded


def test_the_market_goes_on_after_each_close(demo: Demo) -> None:
    tick = demo.advance_to(FRIDAY.close)
    assert tick.traded == {"SPY"}
    tick = demo.advance()
    monday = CALENDAR.next_session(FRIDAY.open)
    assert monday is not None
    assert (tick.minute, tick.traded, tick.has_ended) == (monday.open, frozenset(), False)
    assert demo.advance().traded == {"SPY"}


def test_an_order_fills_at_the_open_of_the_made_up_bar(demo: Demo) -> None:
    demo.advance()
    order = demo.buy("NVDA")
    demo.settle()
    filled = demo.exchange.store.order(order.id)
    bar = demo.market.bar("NVDA", FRIDAY.open + MINUTE)
    assert filled is not None
    assert bar is not None
    assert filled.filled_avg_price == Decimal(repr(bar.open))


@pytest.mark.requirement("S2-48")
def test_the_market_stands_still_while_nobody_runs_it(tmp_path: Path) -> None:
    first = Demo(tmp_path / "exchange.db")
    first.advance_to(FRIDAY.open + 7 * MINUTE)
    first.exchange.close()
    later = CALENDAR.next_session(FRIDAY.close)
    assert later is not None
    second = Demo(tmp_path / "exchange.db", speed=1, start=later.open)  # another speed and a later day
    assert second.exchange.now == FRIDAY.open + 7 * MINUTE
    second.clock.seconds += 60
    assert second.advance().minute == FRIDAY.open + 8 * MINUTE
    second.exchange.close()
    with pytest.raises(ConfigError, match="other market data"):
        Demo(tmp_path / "exchange.db", seed=6)


def test_a_closed_market_is_shown_for_twenty_seconds(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "exchange.db", speed=60, start=FRIDAY.close - MINUTE)
    demo.clock.seconds += 1
    assert demo.advance().minute == FRIDAY.close
    demo.settle()
    demo.clock.seconds += 19
    assert demo.exchange.next_tick(FRIDAY.close, 0) is None
    demo.clock.seconds += 1
    assert demo.advance().minute > FRIDAY.close
    assert demo.exchange.next_tick(demo.exchange.now, 0) is None
    demo.exchange.close()


def test_the_hub_knows_what_its_clients_listen_to(tmp_path: Path) -> None:
    assert StreamHub(lambda _key, _secret: True).wanted() == frozenset()
    demo = Demo(tmp_path / "exchange.db")
    server = PaperExchangeServer(demo.exchange, key="demo", secret="demo")
    client = LockStepClient(server.start())
    tick = demo.advance()
    assert tick.told == frozenset()
    assert client.next_tick(FRIDAY.open, 0) == tick
    server.stop()
    demo.exchange.close()
