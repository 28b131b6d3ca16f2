"""The unmodified alpaca-py StockHistoricalDataClient, and the single-symbol endpoints it does not use."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from alpaca.data.enums import DataFeed
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.requests import StockBarsRequest, StockLatestBarRequest
from alpaca.data.timeframe import TimeFrame

from database.bar import MINUTE
from tests.orchestra.paper_exchange.made_market import CLOSE, NEXT_OPEN, OPEN, Desk, utc

HEADERS = {"APCA-API-KEY-ID": "key", "APCA-API-SECRET-KEY": "secret"}


@pytest.fixture
def client(base_url: str) -> StockHistoricalDataClient:
    return StockHistoricalDataClient("key", "secret", url_override=base_url)


def moment(ts: int) -> datetime:
    return datetime.fromtimestamp(ts, UTC)


def ask(symbols: str | list[str], **more: Any) -> StockBarsRequest:
    return StockBarsRequest(symbol_or_symbols=symbols, timeframe=TimeFrame.Minute, feed=DataFeed.IEX, **more)


def get(base_url: str, path: str, **parameters: Any) -> Any:
    response = requests.get(base_url + path, params=parameters, headers=HEADERS, timeout=20)
    return response.status_code, response.json()


def test_history_ends_where_the_exchanges_clock_stands(desk: Desk, client: StockHistoricalDataClient) -> None:
    desk.advance_to(OPEN + 3 * MINUTE)
    bars = client.get_stock_bars(ask(["AAA", "BBB", "ZZZ"], start=moment(OPEN), end=moment(NEXT_OPEN))).data
    assert [bar.timestamp for bar in bars["AAA"]] == [moment(OPEN + n * MINUTE) for n in range(3)]
    assert [bar.timestamp for bar in bars["BBB"]] == [moment(OPEN + 2 * MINUTE)]
    assert "ZZZ" not in bars


def test_bar_is_the_files_bar_in_model_and_raw_mode(desk: Desk, base_url: str) -> None:
    desk.advance()
    raw = StockHistoricalDataClient("key", "secret", url_override=base_url, raw_data=True)
    assert raw.get_stock_bars(ask("AAA", start=moment(OPEN)))["AAA"] == [
        {"t": "2024-07-03T13:30:00Z", "o": 10.0, "h": 10.5, "l": 9.5, "c": 10.25, "v": 100, "n": None, "vw": None}
    ]


def test_nothing_is_served_before_the_first_minute_is_over(desk: Desk, client: StockHistoricalDataClient) -> None:
    assert client.get_stock_bars(ask("AAA", start=moment(OPEN - 86_400), end=moment(NEXT_OPEN))).data == {}


def test_start_and_end_are_both_inclusive(desk: Desk, client: StockHistoricalDataClient) -> None:
    desk.advance_to(OPEN + 9 * MINUTE)
    bars = client.get_stock_bars(ask("AAA", start=moment(OPEN + MINUTE), end=moment(OPEN + 3 * MINUTE))).data
    assert [int(bar.timestamp.timestamp()) for bar in bars["AAA"]] == [OPEN + n * MINUTE for n in (1, 2, 3)]


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 2, 7, 100])
def test_pages_of_any_size_tell_the_same_bars(desk: Desk, base_url: str, sort: str, limit: int) -> None:
    desk.advance_to(CLOSE)
    told: list[tuple[str, str]] = []
    token, pages = None, 0
    while token is not None or not pages:
        status, page = get(
            base_url,
            "/v2/stocks/bars",
            symbols="BBB,AAA",
            timeframe="1Min",
            start=utc(OPEN),
            limit=limit,
            sort=sort,
            **({"page_token": token} if token else {}),
        )
        assert status == 200
        rows = [(symbol, bar["t"]) for symbol, bars in page["bars"].items() for bar in bars]
        assert 0 < len(rows) <= limit
        told += rows
        token, pages = page["next_page_token"], pages + 1
    times = [utc(OPEN + n * MINUTE) for n in range(10) if n != 5]
    aaa = [("AAA", at) for at in (times if sort == "asc" else reversed(times))]
    assert told == [*aaa, ("BBB", utc(OPEN + 2 * MINUTE))]


def test_client_follows_pages_by_itself(desk: Desk, client: StockHistoricalDataClient) -> None:
    desk.advance_to(CLOSE)
    bars = client.get_stock_bars(ask(["AAA", "BBB"], start=moment(OPEN), limit=3)).data
    assert [len(bars[symbol]) for symbol in bars] == [3]


def test_single_symbol_history_is_a_bare_list(desk: Desk, base_url: str) -> None:
    desk.advance_to(OPEN + 2 * MINUTE)
    status, body = get(base_url, "/v2/stocks/AAA/bars", timeframe="1Min", start="2024-07-03")
    assert status == 200
    assert body["symbol"] == "AAA"
    assert [bar["t"] for bar in body["bars"]] == [utc(OPEN), utc(OPEN + MINUTE)]
    assert body["next_page_token"] is None


def test_latest_bar_is_the_last_one_that_is_over(desk: Desk, client: StockHistoricalDataClient, base_url: str) -> None:
    desk.advance_to(OPEN + 6 * MINUTE)
    latest = client.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols=["AAA", "BBB"]))
    assert latest["AAA"].timestamp == moment(OPEN + 4 * MINUTE)
    assert latest["BBB"].timestamp == moment(OPEN + 2 * MINUTE)
    assert get(base_url, "/v2/stocks/AAA/bars/latest")[1]["bar"]["t"] == utc(OPEN + 4 * MINUTE)
    assert get(base_url, "/v2/stocks/bars/latest", symbols="ZZZ")[1] == {"bars": {}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbols": ""},
        {"symbols": "A B"},
        {"limit": "0"},
        {"limit": "10001"},
        {"limit": "²"},
        {"start": "yesterday"},
        {"start": "2024-07-03T13:30:00"},
        {"page_token": "x"},
    ],
    ids=str,
)
def test_bad_parameter_is_refused(base_url: str, wrong: dict[str, str]) -> None:
    parameters = {"symbols": "AAA", "timeframe": "1Min", "start": utc(OPEN)} | wrong
    status, body = get(base_url, "/v2/stocks/bars", **parameters)
    assert status in {400, 422}
    assert body["message"]
