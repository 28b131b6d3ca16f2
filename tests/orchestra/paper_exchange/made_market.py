"""Two short made-up sessions, and an exchange on them that a test moves minute by minute."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from orchestra.messages.lockstep import Execution, Tick
from orchestra.paper_exchange.book.entry.order_terms import OrderRequest
from orchestra.paper_exchange.book.fill_model import EXACT_FILLS, FillModel
from orchestra.paper_exchange.book.order_request import read_order_request
from orchestra.paper_exchange.book.orders import Order
from orchestra.paper_exchange.book.refusal import Refusal
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.market import Market
from orchestra.paper_exchange.market.replay import ReplayMarket

HEADER = "symbol,timestamp,open,high,low,close,volume"
# A half day and, after the holiday, the next session: 13:30 to 17:00 and 13:30 to 20:00 UTC.
OPEN = int(datetime(2024, 7, 3, 13, 30, tzinfo=UTC).timestamp())
CLOSE = int(datetime(2024, 7, 3, 17, 0, tzinfo=UTC).timestamp())
NEXT_OPEN = int(datetime(2024, 7, 5, 13, 30, tzinfo=UTC).timestamp())
NEXT_CLOSE = int(datetime(2024, 7, 5, 20, 0, tzinfo=UTC).timestamp())
CASH = Decimal(100_000)


@dataclass(slots=True)
class StandingClock:
    """A clock that moves only when told. Satisfies Clock."""

    is_simulated: bool = False
    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def utc(ts: int) -> str:
    return datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def line(ts: int, prices: str = "10.00,10.20,9.80,10.10", *, symbol: str = "AAA", volume: str = "100") -> str:
    return f"{symbol},{utc(ts)},{prices},{volume}"


def write(path: Path, lines: Iterable[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def default_lines() -> list[str]:
    """Bars of AAA for the first ten minutes of each session, except minute 5, and one of BBB in minute 2."""
    opens = [OPEN + minute * MINUTE for minute in range(10) if minute != 5]
    later = [NEXT_OPEN + minute * MINUTE for minute in range(10)]
    aaa = [line(ts, f"{10 + n}.00,{10 + n}.50,{9 + n}.50,{10 + n}.25") for n, ts in enumerate(opens + later)]
    return [*aaa, line(OPEN + 2 * MINUTE, "50.00,51.00,49.00,50.50", symbol="BBB")]


def request(side: str, qty: str = "10", symbol: str = "AAA", **more: object) -> OrderRequest:
    """Return a market DAY order unless told otherwise."""
    body = {"symbol": symbol, "side": side, "qty": qty, "type": "market", "time_in_force": "day"} | more
    read = read_order_request(body)
    assert isinstance(read, OrderRequest), read
    return read


class Desk:
    """An exchange and the engine's part of the handshake."""

    def __init__(
        self,
        folder: Path,
        lines: Iterable[str] | None = None,
        *,
        speed: float | None = None,
        fill_model: FillModel = EXACT_FILLS,
        market: Market | None = None,
    ) -> None:
        self.clock = StandingClock()
        self.file = write(folder / "bars.csv", default_lines() if lines is None else lines)
        self.book = folder / "exchange.db"
        self.speed = speed
        self.calendar = MarketCalendar()
        self.market = market or ReplayMarket.read([self.file], self.calendar)
        self.fill_model = fill_model
        self.exchange = self.open()

    def open(self) -> PaperExchange:
        return PaperExchange.open(
            self.book,
            self.market,
            self.calendar,
            cash=CASH,
            clock=self.clock,
            speed=self.speed,
            fill_model=self.fill_model,
        )

    def reopen(self) -> None:
        self.exchange.close()
        self.exchange = self.open()

    def place(self, side: str, qty: str = "10", symbol: str = "AAA", **more: object) -> Order:
        order = self.exchange.submit(request(side, qty, symbol, **more))
        assert isinstance(order, Order), order
        return order

    def refusal(self, side: str, qty: str = "10", symbol: str = "AAA", **more: object) -> Refusal:
        refusal = self.exchange.submit(request(side, qty, symbol, **more))
        assert isinstance(refusal, Refusal), refusal
        return refusal

    def settle(self) -> list[Execution]:
        """Say done until the exchange has nothing new; return what it filled."""
        executions: list[Execution] = []
        while not (settlement := self.exchange.done(self.exchange.now)).is_settled:
            executions = list(settlement.executions)
        return executions

    def advance(self) -> Tick:
        """Settle this minute and return the next tick."""
        self.settle()
        tick = self.exchange.next_tick(self.exchange.now, 0)
        assert tick is not None
        return tick

    def advance_to(self, minute: int) -> None:
        while self.exchange.now < minute:
            self.advance()

    def order(self, order: Order) -> Order:
        """Return the order as the book holds it now."""
        stored = self.exchange.store.order(order.id)
        assert stored is not None
        return stored
