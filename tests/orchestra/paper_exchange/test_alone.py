"""The program as a stranger runs it: a child process on the synthetic market, and unmodified Alpaca clients."""

import signal
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
import requests
from alpaca.data.enums import DataFeed
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.live import StockDataStream
from alpaca.data.requests import (
    CorporateActionsRequest,
    StockBarsRequest,
    StockQuotesRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient

from database.bar import MINUTE
from orchestra.paper_exchange.lockstep_client import LockStepClient
from tests.orchestra.paper_exchange.child import Child
from tests.orchestra.paper_exchange.wire.clients import WAIT, Recorded

SYMBOLS = ["AAPL", "F"]
KEYS = {"api_key": "demo", "secret_key": "demo"}
HEADERS = {"APCA-API-KEY-ID": "demo", "APCA-API-SECRET-KEY": "demo"}
MINUTES = 5


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    child = Child(None, None, "--lock-step", "--seed", "11")
    yield child.base_url()
    code, errors = child.finish(signal.SIGTERM)
    assert (code, errors) == (0, "")


class Heard:
    """What a stream told of each channel, as long as it runs."""

    def __init__(self, base_url: str) -> None:
        self.bars, self.trades, self.quotes = Recorded(), Recorded(), Recorded()
        self.stream = StockDataStream(
            "demo", "demo", feed=DataFeed.IEX, url_override=f"ws{base_url.removeprefix('http')}/v2/iex"
        )
        self.stream.subscribe_bars(self.bars.take, *SYMBOLS)
        self.stream.subscribe_trades(self.trades.take, *SYMBOLS)
        self.stream.subscribe_quotes(self.quotes.take, *SYMBOLS)
        threading.Thread(target=self.stream.run, daemon=True).start()


def advance(base_url: str) -> tuple[int, frozenset[str]]:
    """Move on by a minute; return it and the symbols whose bars went out."""
    lock_step, now = LockStepClient(base_url), _now(base_url)
    while not lock_step.done(now).is_settled:
        pass
    tick = lock_step.next_tick(now, 1.0)
    assert tick is not None
    return tick.minute, tick.sent


def _now(base_url: str) -> int:
    return int(requests.get(f"{base_url}/control/book", headers=HEADERS, timeout=20).json()["now"])


def listed(recorded: Recorded) -> dict[str, list[Any]]:
    by_symbol: dict[str, list[Any]] = {}
    while not recorded.queue.empty():
        item = recorded.queue.get()
        by_symbol.setdefault(item.symbol, []).append(item)
    return by_symbol


@pytest.mark.requirement("S2-34", "S2-35")
def test_stream_and_history_of_the_running_program_tell_one_story(base_url: str, subscribed: threading.Event) -> None:
    heard = Heard(base_url)
    try:
        assert subscribed.wait(WAIT)
        start = _now(base_url)
        sent = [advance(base_url)[1] for _ in range(MINUTES)]
        promised = sum(map(len, sent))
        assert promised >= MINUTES
        streamed = [heard.bars.next() for _ in range(promised)]
    finally:
        heard.stream.stop()
    client = StockHistoricalDataClient(**KEYS, url_override=base_url)
    span: dict[str, Any] = {"symbol_or_symbols": SYMBOLS, "start": datetime.fromtimestamp(start, UTC)}
    bars = client.get_stock_bars(StockBarsRequest(**span, timeframe=TimeFrame.Minute)).data
    assert sorted(streamed, key=lambda bar: (bar.symbol, bar.timestamp)) == [
        bar for symbol in sorted(bars) for bar in bars[symbol]
    ]
    assert all(bar.timestamp.second == 0 for bar in streamed)
    assert listed(heard.trades) == client.get_stock_trades(StockTradesRequest(**span)).data
    assert listed(heard.quotes) == client.get_stock_quotes(StockQuotesRequest(**span)).data


def test_snapshot_and_account_agree_on_the_price(base_url: str) -> None:
    advance(base_url)
    client = StockHistoricalDataClient(**KEYS, url_override=base_url)
    snapshot = client.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols="AAPL"))["AAPL"]
    clock = TradingClient(**KEYS, url_override=base_url).get_clock()
    assert clock.is_open
    assert snapshot.daily_bar.low <= snapshot.latest_trade.price <= snapshot.daily_bar.high
    assert snapshot.latest_quote.bid_price < snapshot.latest_trade.price < snapshot.latest_quote.ask_price
    assert snapshot.previous_daily_bar.timestamp < snapshot.daily_bar.timestamp
    assert snapshot.minute_bar.timestamp.timestamp() <= _now(base_url) - MINUTE


def test_companies_of_the_synthetic_market_split_and_pay(base_url: str) -> None:
    client = CorporateActionsClient(**KEYS, url_override=base_url)
    request = CorporateActionsRequest(start=date(2018, 1, 1), end=date(2025, 12, 31), limit=1000)
    told = client.get_corporate_actions(request).data
    assert told["forward_splits"]
    assert told["cash_dividends"]


def test_year_of_adjusted_days_arrives_in_one_call(base_url: str) -> None:
    client = StockHistoricalDataClient(**KEYS, url_override=base_url)
    request = StockBarsRequest(
        symbol_or_symbols="AAPL",
        timeframe=TimeFrame.Day,
        start=datetime(2024, 1, 1, tzinfo=UTC),
        end=datetime(2024, 12, 31, tzinfo=UTC),
        adjustment="all",
    )
    bars = client.get_stock_bars(request).data["AAPL"]
    assert len(bars) == 251
    changes = [later.close / earlier.close - 1 for earlier, later in pairwise(bars)]
    assert max(map(abs, changes)) < 0.4
