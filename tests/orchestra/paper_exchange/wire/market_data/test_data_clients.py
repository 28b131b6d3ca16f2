"""Every method of alpaca-py's data clients, unmodified, and each body field by field."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import requests
from alpaca.common.enums import Sort
from alpaca.common.exceptions import APIError
from alpaca.data.enums import Adjustment, CorporateActionsType, DataFeed
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.requests import (
    CorporateActionsRequest,
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockQuotesRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit

from database.bar import MINUTE
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.paper_exchange.tape.prints import prints_of, quotes_of
from orchestra.paper_exchange.wire.data_plan import DataPlan
from tests.orchestra.paper_exchange.made_market import CLOSE, NEXT_CLOSE, NEXT_OPEN, OPEN, Desk, utc
from tests.orchestra.paper_exchange.wire.clients import HEADERS

BAR = {"t": str, "o": float, "h": float, "l": float, "c": float, "v": int, "n": int, "vw": float}
TRADE = {"t": str, "x": str, "p": float, "s": int, "c": list, "i": int, "z": str}
QUOTE = {"t": str, "ax": str, "ap": float, "as": int, "bx": str, "bp": float, "bs": int, "c": list, "z": str}
SNAPSHOT = {"latestTrade": TRADE, "latestQuote": QUOTE, "minuteBar": BAR, "dailyBar": BAR, "prevDailyBar": BAR}


@pytest.fixture
def client(base_url: str) -> StockHistoricalDataClient:
    return StockHistoricalDataClient("key", "secret", url_override=base_url)


@pytest.fixture
def companies(base_url: str) -> CorporateActionsClient:
    return CorporateActionsClient("key", "secret", url_override=base_url)


def moment(ts: int) -> datetime:
    return datetime.fromtimestamp(ts, UTC)


def get(base_url: str, path: str, **parameters: Any) -> Any:
    response = requests.get(base_url + path, params=parameters, headers=HEADERS, timeout=20)
    assert response.status_code == 200, response.text
    return response.json()


def assert_shape(body: dict[str, Any], shape: dict[str, Any]) -> None:
    assert list(body) == list(shape)
    assert {name: type(value) for name, value in body.items()} == shape


# alpaca-py's stock client


def test_bars_of_every_unit(desk: Desk, client: StockHistoricalDataClient) -> None:
    desk.advance_to(NEXT_OPEN + 3 * MINUTE)
    for amount, unit, count in (
        (1, TimeFrameUnit.Minute, 13),
        (5, TimeFrameUnit.Minute, 4),
        (2, TimeFrameUnit.Hour, 2),
        (1, TimeFrameUnit.Day, 2),
        (1, TimeFrameUnit.Week, 1),
        (3, TimeFrameUnit.Month, 1),
    ):
        request = StockBarsRequest(
            symbol_or_symbols="AAA",
            timeframe=TimeFrame(amount, unit),
            start=moment(OPEN - 40 * 86_400),
            feed=DataFeed.IEX,
            asof="2024-07-05",
        )
        bars = client.get_stock_bars(request).data["AAA"]
        assert len(bars) == count, unit
        assert [bar.timestamp for bar in bars] == sorted(bar.timestamp for bar in bars)


def test_bars_of_nothing_are_an_empty_set(desk: Desk, client: StockHistoricalDataClient) -> None:
    request = StockBarsRequest(symbol_or_symbols="NOPE", timeframe=TimeFrame.Day, start=moment(OPEN))
    assert client.get_stock_bars(request).data == {}
    assert client.get_stock_bars(request).df.empty


@pytest.mark.requirement("S2-77")
def test_adjusted_bars_are_on_todays_terms(desk: Desk, client: StockHistoricalDataClient) -> None:
    desk.advance_to(NEXT_CLOSE)

    def day(symbol: str, adjustment: Adjustment) -> Any:
        request = StockBarsRequest(
            symbol_or_symbols=symbol, timeframe=TimeFrame.Day, start=moment(OPEN - 86_400), adjustment=adjustment
        )
        return client.get_stock_bars(request).data[symbol][0]

    raw, split, everything = (day("AAA", each) for each in (Adjustment.RAW, Adjustment.SPLIT, Adjustment.ALL))
    assert (split.close, split.volume) == (raw.close / 2, raw.volume * 2)
    # The dividend of September lies ahead.
    assert everything == split
    paid = day("BBB", Adjustment.DIVIDEND)
    before = day("BBB", Adjustment.RAW)
    assert paid.volume == before.volume
    assert paid.close == pytest.approx(before.close - 0.5, abs=1e-4)
    assert day("BBB", Adjustment.SPLIT) == before


def test_trades_and_quotes_are_the_bars_told_in_detail(desk: Desk, client: StockHistoricalDataClient) -> None:
    desk.advance_to(OPEN + 2 * MINUTE)
    trades = client.get_stock_trades(StockTradesRequest(symbol_or_symbols=["AAA", "BBB"], start=moment(OPEN))).data
    quotes = client.get_stock_quotes(StockQuotesRequest(symbol_or_symbols="AAA", start=moment(OPEN))).data["AAA"]
    assert {symbol: len(each) for symbol, each in trades.items()} == {"AAA": 8, "BBB": 4}
    bars = desk.market.bars("AAA", OPEN, OPEN + 2 * MINUTE)
    for number, bar in enumerate(bars):
        part = trades["AAA"][4 * number : 4 * number + 4]
        prices = [trade.price for trade in part]
        assert (prices[0], max(prices), min(prices), prices[-1]) == (bar.open, bar.high, bar.low, bar.close)
        assert sum(trade.size for trade in part) == bar.volume
    assert len(quotes) == 8
    assert all(
        quote.bid_price < trade.price < quote.ask_price for quote, trade in zip(quotes, trades["AAA"], strict=True)
    )
    assert all(earlier.timestamp < later.timestamp for earlier, later in pairwise(quotes))


def test_trades_end_where_asked_to_the_microsecond(desk: Desk, client: StockHistoricalDataClient) -> None:
    desk.advance_to(OPEN + 2 * MINUTE)
    request = StockTradesRequest(
        symbol_or_symbols="AAA",
        start=moment(OPEN + 20),
        end=moment(OPEN + MINUTE + 20),
        sort=Sort.DESC,
    )
    times = [(trade.timestamp - moment(OPEN)).total_seconds() for trade in client.get_stock_trades(request).data["AAA"]]
    assert times == [80.0, 60.5, 59.5, 40.0, 20.0]


def test_latest_of_everything_is_the_last_minute_that_is_over(desk: Desk, client: StockHistoricalDataClient) -> None:
    desk.advance_to(OPEN + 2 * MINUTE)
    bar = desk.market.bar("AAA", OPEN + MINUTE)
    assert bar is not None
    symbols = ["AAA", "BBB", "NOPE"]
    trades = client.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols=symbols, feed=DataFeed.IEX))
    quotes = client.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols=symbols))
    bars = client.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols=symbols))
    assert trades.keys() == quotes.keys() == bars.keys() == {"AAA", "BBB"}
    assert (trades["AAA"].price, trades["AAA"].timestamp) == (bar.close, moment(OPEN + 119) + timedelta(seconds=0.5))
    assert (quotes["AAA"].bid_price, quotes["AAA"].ask_price) == (quotes_of(bar)[-1].bid, quotes_of(bar)[-1].ask)
    assert (bars["AAA"].close, bars["AAA"].trade_count) == (bar.close, bar.trade_count)


def test_snapshot_tells_this_day_and_the_one_before(desk: Desk, client: StockHistoricalDataClient) -> None:
    desk.advance_to(NEXT_OPEN + 2 * MINUTE)
    snapshots = client.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols=["AAA", "NOPE"]))
    assert snapshots.keys() == {"AAA"}
    told = snapshots["AAA"]
    first = desk.market.bars("AAA", OPEN, CLOSE)
    second = desk.market.bars("AAA", NEXT_OPEN, NEXT_OPEN + 2 * MINUTE)
    assert told.minute_bar.close == told.latest_trade.price == second[-1].close
    assert (told.daily_bar.open, told.daily_bar.close) == (second[0].open, second[-1].close)
    assert told.daily_bar.volume == sum(bar.volume for bar in second)
    assert (told.previous_daily_bar.open, told.previous_daily_bar.close) == (first[0].open, first[-1].close)
    assert told.previous_daily_bar.timestamp == moment(OPEN).replace(hour=4, minute=0)


def test_nothing_at_all_is_told_before_the_first_minute_is_over(desk: Desk, client: StockHistoricalDataClient) -> None:
    assert client.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols="AAA")) == {}
    assert client.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols="AAA")) == {}
    assert client.get_stock_trades(StockTradesRequest(symbol_or_symbols="AAA", start=moment(OPEN))).data == {}


# alpaca-py's corporate-actions client


def test_corporate_actions_in_the_clients_models(desk: Desk, companies: CorporateActionsClient) -> None:
    request = CorporateActionsRequest(symbols=["AAA", "BBB", "CCC"], start=date(2024, 7, 1), end=date(2024, 12, 31))
    told = companies.get_corporate_actions(request).data
    assert {kind: [each.symbol for each in actions] for kind, actions in told.items()} == {
        "cash_dividends": ["CCC", "BBB"],
        "forward_splits": ["AAA"],
        "reverse_splits": ["CCC"],
    }
    assert (told["forward_splits"][0].new_rate, told["forward_splits"][0].old_rate) == (2, 1)
    assert (told["reverse_splits"][0].new_rate, told["reverse_splits"][0].old_rate) == (1, 10)
    assert (told["cash_dividends"][1].rate, told["cash_dividends"][1].ex_date) == (0.5, date(2024, 7, 5))


def test_corporate_actions_by_type_and_nothing_found(desk: Desk, companies: CorporateActionsClient) -> None:
    span = {"start": date(2024, 7, 1), "end": date(2024, 7, 31)}
    splits = CorporateActionsRequest(symbols=["AAA", "BBB"], types=[CorporateActionsType.FORWARD_SPLIT], **span)
    assert list(companies.get_corporate_actions(splits).data) == ["forward_splits"]
    assert companies.get_corporate_actions(CorporateActionsRequest(symbols=["NOPE"], **span)).data == {}


# Bodies, field by field


def test_bodies_of_several_symbols(desk: Desk, base_url: str) -> None:
    desk.advance_to(OPEN + MINUTE)
    for noun, shape in (("bars", BAR), ("trades", TRADE), ("quotes", QUOTE)):
        more = {"timeframe": "1Min"} if noun == "bars" else {}
        body = get(base_url, f"/v2/stocks/{noun}", symbols="AAA,BBB", start=utc(OPEN), **more)
        assert list(body) == [noun, "next_page_token"]
        assert body["next_page_token"] is None
        assert list(body[noun]) == ["AAA", "BBB"]
        assert_shape(body[noun]["AAA"][0], shape)
        latest = get(base_url, f"/v2/stocks/{noun}/latest", symbols="AAA")
        assert list(latest) == [noun]
        assert latest[noun]["AAA"] == body[noun]["AAA"][-1]


def test_bodies_of_one_symbol(desk: Desk, base_url: str) -> None:
    desk.advance_to(OPEN + MINUTE)
    for noun, singular, shape in (("bars", "bar", BAR), ("trades", "trade", TRADE), ("quotes", "quote", QUOTE)):
        more = {"timeframe": "1Min"} if noun == "bars" else {}
        body = get(base_url, f"/v2/stocks/AAA/{noun}", start=utc(OPEN), **more)
        assert list(body) == [noun, "symbol", "next_page_token"]
        assert_shape(body[noun][0], shape)
        assert get(base_url, f"/v2/stocks/AAA/{noun}/latest") == {"symbol": "AAA", singular: body[noun][-1]}


def test_bodies_of_snapshots(desk: Desk, base_url: str) -> None:
    desk.advance_to(NEXT_OPEN + MINUTE)
    many = get(base_url, "/v2/stocks/snapshots", symbols="AAA,NOPE")
    assert list(many) == ["AAA"]
    assert list(many["AAA"]) == list(SNAPSHOT)
    for name, shape in SNAPSHOT.items():
        assert_shape(many["AAA"][name], shape)
    assert get(base_url, "/v2/stocks/AAA/snapshot") == {"symbol": "AAA"} | many["AAA"]


def test_bodies_of_auctions(desk: Desk, base_url: str) -> None:
    desk.advance_to(CLOSE - MINUTE)
    first = desk.market.bars("AAA", OPEN, CLOSE)
    body = get(base_url, "/v2/stocks/AAA/auctions", start=utc(OPEN))
    opening = {"t": "2024-07-03T13:30:00.500000Z", "x": "Q", "p": first[0].open, "s": 100, "c": "O"}
    assert body == {
        "auctions": [{"d": "2024-07-03", "o": [opening], "c": []}],
        "symbol": "AAA",
        "next_page_token": None,
    }
    desk.advance()
    many = get(base_url, "/v2/stocks/auctions", symbols="AAA", start=utc(OPEN))["auctions"]["AAA"]
    last = prints_of(first[-1])[-1]
    assert [(each["p"], each["s"], each["c"]) for each in many[0]["c"]] == [(last.price, last.size, "6")]


def test_bodies_of_corporate_actions(desk: Desk, base_url: str) -> None:
    told = get(base_url, "/v1/corporate-actions", symbols="AAA,CCC", start="2024-07-01", end="2024-07-31")
    assert list(told) == ["corporate_actions", "next_page_token"]
    dividend = told["corporate_actions"]["cash_dividends"][0]
    dates = {"process_date": str, "ex_date": str, "record_date": str, "payable_date": str}
    assert_shape(
        dividend, {"id": str, "symbol": str, "cusip": str, "rate": float, "special": bool, "foreign": bool} | dates
    )
    assert (dividend["rate"], dividend["ex_date"], len(dividend["cusip"])) == (0.25, "2024-07-03", 9)
    forward = told["corporate_actions"]["forward_splits"][0]
    assert_shape(forward, {"id": str, "symbol": str, "cusip": str, "new_rate": float, "old_rate": float} | dates)
    reverse = told["corporate_actions"]["reverse_splits"][0]
    cusips = {"old_cusip": str, "new_cusip": str}
    assert_shape(reverse, {"id": str, "symbol": str} | cusips | {"new_rate": float, "old_rate": float} | dates)


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 3])
def test_pages_of_corporate_actions_tell_each_once(desk: Desk, base_url: str, sort: str, limit: int) -> None:
    told: list[tuple[str, str]] = []
    token: str | None = ""
    while token is not None:
        page = get(
            base_url,
            "/v1/corporate-actions",
            symbols="AAA,BBB,CCC",
            start="2024-07-01",
            end="2024-07-31",
            limit=limit,
            sort=sort,
            page_token=token,
        )
        told += [(each["ex_date"], each["symbol"]) for group in page["corporate_actions"].values() for each in group]
        token = page["next_page_token"]
    expected = [("2024-07-03", "CCC"), ("2024-07-05", "AAA"), ("2024-07-05", "BBB"), ("2024-07-05", "CCC")]
    assert sorted(told) == expected
    assert [each[0] for each in told] == sorted((each[0] for each in told), reverse=sort == "desc")


def test_corporate_actions_by_id_and_cusip(desk: Desk, base_url: str) -> None:
    span = {"start": "2024-07-01", "end": "2024-07-31"}
    split = get(base_url, "/v1/corporate-actions", symbols="AAA", **span)["corporate_actions"]["forward_splits"][0]
    by_id = get(base_url, "/v1/corporate-actions", symbols="AAA,BBB", ids=split["id"], **span)
    by_cusip = get(base_url, "/v1/corporate-actions", symbols="AAA,BBB", cusips=split["cusip"], **span)
    assert by_id["corporate_actions"] == by_cusip["corporate_actions"] == {"forward_splits": [split]}


def test_meaning_of_codes(base_url: str) -> None:
    assert get(base_url, "/v2/stocks/meta/exchanges")["V"] == "IEX"
    assert get(base_url, "/v2/stocks/meta/conditions/trade", tape="A")["@"] == "Regular Sale"
    assert get(base_url, "/v2/stocks/meta/conditions/quote", tape="C")["R"]


@pytest.mark.parametrize("noun", ["trades", "quotes"])
@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 5, 7])
def test_pages_of_trades_and_quotes_tell_each_once(desk: Desk, base_url: str, noun: str, sort: str, limit: int) -> None:
    desk.advance_to(OPEN + 4 * MINUTE)
    whole = get(base_url, f"/v2/stocks/{noun}", symbols="AAA,BBB", start=utc(OPEN), sort=sort)[noun]
    told: dict[str, list[Any]] = {}
    token: str | None = ""
    while token is not None:
        page = get(
            base_url,
            f"/v2/stocks/{noun}",
            symbols="BBB,AAA",
            start=utc(OPEN),
            limit=limit,
            sort=sort,
            page_token=token,
        )
        assert sum(map(len, page[noun].values())) <= limit
        for symbol, items in page[noun].items():
            told.setdefault(symbol, []).extend(items)
        token = page["next_page_token"]
    assert told == whole


# Refusals


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/v2/stocks/bars", {"timeframe": "7Year"}),
        ("/v2/stocks/bars", {"adjustment": "splits"}),
        ("/v2/stocks/bars", {"feed": "cnn"}),
        ("/v2/stocks/bars", {"currency": "EUR"}),
        ("/v2/stocks/bars", {"asof": "today"}),
        ("/v2/stocks/bars", {"sort": "up"}),
        ("/v2/stocks/trades", {"symbols": "A B"}),
        ("/v2/stocks/trades", {"symbols": ""}),
        ("/v2/stocks/quotes", {"limit": "10001"}),
        ("/v2/stocks/quotes", {"page_token": "w6Q="}),
        ("/v2/stocks/quotes", {"start": "yesterday"}),
        ("/v2/stocks/snapshots", {"symbols": "€"}),
        ("/v2/stocks/trades/latest", {"feed": "cnn"}),
        ("/v2/stocks/a%20b/bars", {}),
        ("/v1/corporate-actions", {"types": "party"}),
        ("/v1/corporate-actions", {"start": "soon"}),
        ("/v1/corporate-actions", {"limit": "0"}),
        ("/v1/corporate-actions", {"sort": "up"}),
        ("/v1/corporate-actions", {"page_token": "ä"}),
        ("/v2/stocks/meta/conditions/trade", {"tape": "Z"}),
        ("/v2/stocks/meta/conditions/party", {"tape": "A"}),
    ],
    ids=str,
)
def test_bad_parameter_is_a_message_without_a_code(base_url: str, path: str, wrong: dict[str, str]) -> None:
    parameters = {"symbols": "AAA", "timeframe": "1Min"} | wrong
    response = requests.get(base_url + path, params=parameters, headers=HEADERS, timeout=20)
    assert response.status_code == 400
    assert list(response.json()) == ["message"]


def test_every_feed_currency_and_asof_that_exists_is_accepted(desk: Desk, base_url: str) -> None:
    desk.advance()
    for feed in ("sip", "iex", "otc", "boats"):
        for asof in ("-", "2024-07-03"):
            body = get(base_url, "/v2/stocks/bars", symbols="AAA", timeframe="1T", feed=feed, asof=asof, currency="USD")
            assert len(body["bars"]["AAA"]) == 1


def test_free_plan_gets_recent_bars_of_iex_only(desk: Desk) -> None:
    server = PaperExchangeServer(desk.exchange, key="key", secret="secret", plan=DataPlan.basic())
    client = StockHistoricalDataClient("key", "secret", url_override=server.start())
    desk.advance_to(OPEN + 20 * MINUTE)

    def ask(feed: DataFeed | None, end: int | None) -> int:
        request = StockBarsRequest(
            symbol_or_symbols="AAA",
            timeframe=TimeFrame.Minute,
            start=moment(OPEN),
            end=moment(end) if end else None,
            feed=feed,
        )
        return len(client.get_stock_bars(request).data["AAA"])

    try:
        with pytest.raises(APIError) as refused:
            ask(DataFeed.SIP, OPEN + 6 * MINUTE)
        assert refused.value.status_code == 403
        assert "subscription does not permit querying recent SIP data" in str(refused.value)
        assert ask(None, OPEN + 5 * MINUTE) == 4
        assert ask(None, None) == 4
        assert ask(DataFeed.IEX, OPEN + 20 * MINUTE) == 10
    finally:
        server.stop()
