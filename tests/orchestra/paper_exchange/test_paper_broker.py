"""The broker of a backtest against the exchange itself: the same orders, minute by minute, come to the same."""

import random
import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from database.bar import MINUTE, Bar
from database.calendar_manager import MarketCalendar
from database.files.recorded_file import RecordedFile
from orchestra.paper_exchange.book.entry.order_terms import OrderRequest
from orchestra.paper_exchange.book.fill_model import EXACT_FILLS, FillModel, FrictionFills
from orchestra.paper_exchange.book.orders import OrderType, Side, TimeInForce
from orchestra.paper_exchange.book.refusal import Refusal
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.replay import ReplayMarket
from orchestra.paper_exchange.paper_broker import PaperBroker
from orchestra.runtime.clock import SystemClock

CALENDAR = MarketCalendar()
SYMBOLS = ("AAA", "BBB")
CASH = Decimal(5_000)


def made_market(seed: int) -> ReplayMarket:
    """Return the last minutes of a half day, with holes, thin and dear minutes."""
    chance, file = random.Random(seed), RecordedFile("made")
    session = next(each for each in CALENDAR.sessions_between(1_732_000_000, 1_733_000_000) if each.is_half_day)
    for symbol in SYMBOLS:
        cents = 1_000
        for ts in range(session.open, session.open + 12 * MINUTE, MINUTE):
            opened = max(100, cents + chance.randint(-90, 90))
            cents = max(100, opened + chance.randint(-90, 90))
            if chance.random() < 0.7 or ts == session.open:
                high, low = max(opened, cents) / 100, min(opened, cents) / 100
                file.bars.append(Bar(symbol, ts, opened / 100, high, low, cents / 100, chance.randint(0, 900)))
    return ReplayMarket([file], CALENDAR)


class Openings:
    """What the minutes of a market open at."""

    def __init__(self, market: ReplayMarket) -> None:
        self._market = market

    def opening(self, symbol: str, ts: int) -> tuple[float, float] | None:
        bar = self._market.bar(symbol, ts)
        return None if bar is None else (bar.open, bar.volume)


wishes = st.tuples(st.sampled_from(SYMBOLS), st.sampled_from(list(Side)), st.integers(1, 400))
models = st.sampled_from(
    [
        EXACT_FILLS,
        FrictionFills(Decimal("0.3")),
        FrictionFills(None, Decimal(30), Decimal(5)),
        FrictionFills(Decimal(1), Decimal(9)),
    ]
)


@given(st.integers(0, 10_000), st.lists(st.lists(wishes, max_size=3), min_size=11, max_size=11), models)
@settings(max_examples=60, deadline=None)
def test_refusals_fills_and_cash_are_the_exchanges(
    seed: int, minutes: list[list[tuple[str, Side, int]]], model: FillModel
) -> None:
    market = made_market(seed)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        exchange = PaperExchange.open(
            Path(folder) / "exchange.db", market, CALENDAR, cash=CASH, clock=SystemClock(), fill_model=model
        )
        broker = PaperBroker(Openings(market), exchange.last_price, cash=CASH, fill_model=model)
        try:
            for wanted in minutes:
                minute = exchange.now
                for number, (symbol, side, qty) in enumerate(wanted):
                    name = f"{minute}-{number}"
                    theirs = exchange.submit(_request(symbol, side, qty, name))
                    ours = broker.market_order(symbol, str(side), qty=Decimal(qty), client_order_id=name)
                    told = (theirs.status, theirs.message) if isinstance(theirs, Refusal) else None
                    assert (None if ours is None else (ours.status, ours.message)) == told
                _compare(exchange, broker, minute)
        finally:
            exchange.close()


def _compare(exchange: PaperExchange, broker: PaperBroker, minute: int) -> None:
    """Settle the minute at both and go on to the next."""
    settlement = exchange.done(minute)
    told = [(e.client_order_id, e.qty, e.price, e.cumulative_qty, e.at) for e in settlement.executions]
    filled = [(f.client_order_id, f.qty, f.price, f.cumulative_qty, f.at) for f in broker.fill_at_open(minute)]
    assert filled == told
    assert broker.cash == exchange.account.cash
    while not settlement.is_settled:
        settlement = exchange.done(minute)
    exchange.next_tick(minute, 1.0)
    assert broker.has_working == bool(exchange.account.working)


def _request(symbol: str, side: Side, qty: int, name: str) -> OrderRequest:
    return OrderRequest(
        symbol=symbol,
        side=side,
        type=OrderType.MARKET,
        time_in_force=TimeInForce.DAY,
        qty=Decimal(qty),
        limit_price=None,
        client_order_id=name,
    )
