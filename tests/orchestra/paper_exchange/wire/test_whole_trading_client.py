"""Every trading method of the unmodified TradingClient that concerns stocks, with models; bodies field by field."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderClass, OrderSide, OrderStatus, OrderType, QueryOrderStatus, TimeInForce
from alpaca.trading.models import Order
from alpaca.trading.requests import (
    ClosePositionRequest,
    CreateWatchlistRequest,
    GetAssetsRequest,
    GetOptionContractsRequest,
    GetOrderByIdRequest,
    GetOrdersRequest,
    GetPortfolioHistoryRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    OrderRequest,
    ReplaceOrderRequest,
    StopLimitOrderRequest,
    StopLossRequest,
    StopOrderRequest,
    TakeProfitRequest,
    TrailingStopOrderRequest,
    UpdateWatchlistRequest,
)

from database.bar import MINUTE
from tests.orchestra.paper_exchange.made_market import CLOSE, NEXT_CLOSE, NEXT_OPEN, OPEN, Desk

DAY, GTC = TimeInForce.DAY, TimeInForce.GTC
TARGET, STOP = TakeProfitRequest(limit_price=30), StopLossRequest(stop_price=5)


def words(text: str) -> set[str]:
    return set(text.split())


# The keys of each object as the broker's documentation lists them, and which of them are text when they are not null.
ORDER_TEXT = words(
    """
    id client_order_id created_at updated_at submitted_at filled_at expired_at expires_at canceled_at
    failed_at replaced_at replaced_by replaces asset_id symbol asset_class notional qty filled_qty
    filled_avg_price order_class order_type type side position_intent time_in_force limit_price stop_price
    status trail_percent trail_price hwm subtag source
    """
)
ORDER_KEYS = ORDER_TEXT | {"extended_hours", "legs"}
POSITION_TEXT = words(
    """
    asset_id symbol exchange asset_class qty qty_available avg_entry_price side market_value cost_basis
    unrealized_pl unrealized_plpc unrealized_intraday_pl unrealized_intraday_plpc current_price lastday_price
    change_today
    """
)
ACCOUNT_TEXT = words(
    """
    id account_number status crypto_status currency cash equity last_equity buying_power
    effective_buying_power regt_buying_power non_marginable_buying_power options_buying_power portfolio_value
    position_market_value long_market_value short_market_value initial_margin maintenance_margin
    last_maintenance_margin sma multiplier accrued_fees pending_transfer_in pending_reg_taf_fees
    intraday_adjustments balance_asof created_at
    """
)
ACCOUNT_OTHER = words(
    """
    shorting_enabled trading_blocked transfers_blocked account_blocked trade_suspended_by_user crypto_tier
    options_approved_level options_trading_level user_configurations admin_configurations
    """
)
ASSET_KEYS = words(
    """
    id class exchange symbol name status tradable marginable shortable easy_to_borrow borrow_status
    fractionable maintenance_margin_requirement margin_requirement_long margin_requirement_short attributes
    """
)


@pytest.fixture
def client(base_url: str) -> TradingClient:
    return TradingClient("key", "secret", url_override=base_url)


@pytest.fixture
def raw(base_url: str) -> TradingClient:
    return TradingClient("key", "secret", url_override=base_url, raw_data=True)


def is_text(row: Mapping[str, Any], names: set[str]) -> bool:
    return all(row[name] is None or isinstance(row[name], str) for name in names)


def hold(desk: Desk, qty: str = "10") -> None:
    desk.place("buy", qty)
    desk.advance()


ORDERS: dict[str, tuple[OrderRequest, dict[str, Any]]] = {
    "market": (MarketOrderRequest(symbol="AAA", qty=2, side="buy", time_in_force=DAY), {"type": OrderType.MARKET}),
    "dollars": (
        MarketOrderRequest(symbol="AAA", notional=250.5, side="buy", time_in_force=DAY),
        {"notional": "250.5", "qty": None},
    ),
    "fraction": (MarketOrderRequest(symbol="AAA", qty=0.123456789, side="buy", time_in_force=DAY),
                 {"qty": "0.123456789"}),
    "limit": (
        LimitOrderRequest(symbol="AAA", qty=2, side="buy", time_in_force=GTC, limit_price=9.5, extended_hours=True),
        {"limit_price": "9.5", "extended_hours": True},
    ),
    "stop": (
        StopOrderRequest(symbol="AAA", qty=2, side="sell", time_in_force=GTC, stop_price=9.5),
        {"type": OrderType.STOP, "stop_price": "9.5", "limit_price": None},
    ),
    "stop limit": (
        StopLimitOrderRequest(symbol="AAA", qty=2, side="sell", time_in_force=DAY, stop_price=9.5, limit_price=9.4),
        {"type": OrderType.STOP_LIMIT, "stop_price": "9.5", "limit_price": "9.4"},
    ),
    "trailing dollars": (
        TrailingStopOrderRequest(symbol="AAA", qty=2, side="sell", time_in_force=DAY, trail_price=1.5),
        {"type": OrderType.TRAILING_STOP, "trail_price": "1.5", "hwm": "10.25", "stop_price": "8.75"},
    ),
    "trailing percent": (
        TrailingStopOrderRequest(symbol="AAA", qty=2, side="sell", time_in_force=GTC, trail_percent=10),
        {"trail_percent": "10", "trail_price": None, "stop_price": "9.22"},
    ),
    "ioc": (LimitOrderRequest(symbol="AAA", qty=2, side="buy", time_in_force=TimeInForce.IOC, limit_price=9), {}),
    "fok": (LimitOrderRequest(symbol="AAA", qty=2, side="buy", time_in_force=TimeInForce.FOK, limit_price=9), {}),
    "cls": (MarketOrderRequest(symbol="AAA", qty=2, side="buy", time_in_force=TimeInForce.CLS), {}),
}  # fmt: skip


@pytest.mark.requirement("S2-37", "S2-38")
@pytest.mark.parametrize(("request_", "expected"), ORDERS.values(), ids=ORDERS)
def test_every_type_is_taken_and_told_as_asked(
    desk: Desk, client: TradingClient, request_: OrderRequest, expected: dict[str, Any]
) -> None:
    hold(desk)
    order = client.submit_order(request_)
    assert isinstance(order, Order)
    assert order.status is OrderStatus.PENDING_NEW
    assert (order.side, order.time_in_force) == (request_.side, request_.time_in_force)
    assert {name: getattr(order, name) for name in expected} == expected
    assert client.get_order_by_id(order.id).status is OrderStatus.NEW


@pytest.mark.parametrize(
    ("kind", "more", "legs"),
    [
        (OrderClass.BRACKET, {"take_profit": TARGET, "stop_loss": STOP}, ["limit", "stop"]),
        (OrderClass.OTO, {"stop_loss": StopLossRequest(stop_price=5, limit_price=4.9)}, ["stop_limit"]),
        (OrderClass.OTO, {"take_profit": TARGET}, ["limit"]),
    ],
    ids=str,
)
def test_entry_comes_with_held_legs(
    client: TradingClient, kind: OrderClass, more: dict[str, Any], legs: list[str]
) -> None:
    order = client.submit_order(
        LimitOrderRequest(symbol="AAA", qty=2, side="buy", time_in_force=GTC, limit_price=9, order_class=kind, **more)
    )
    assert (order.order_class, [leg.type.value for leg in order.legs]) == (kind, legs)
    assert {(leg.status, leg.side, leg.order_class) for leg in order.legs} == {(OrderStatus.HELD, OrderSide.SELL, kind)}
    assert len({order.id, *(leg.id for leg in order.legs)}) == 1 + len(legs)
    nested = client.get_order_by_id(order.id, GetOrderByIdRequest(nested=True))
    assert [leg.id for leg in nested.legs] == [leg.id for leg in order.legs]
    assert client.get_order_by_id(order.id).legs is None
    (listed,) = client.get_orders(GetOrdersRequest(nested=True))
    assert [leg.id for leg in listed.legs] == [leg.id for leg in order.legs]
    assert len(client.get_orders()) == 1 + len(legs)
    client.cancel_order_by_id(order.legs[0].id)
    assert client.get_orders() == []


def test_oco_parent_is_its_target(desk: Desk, client: TradingClient) -> None:
    hold(desk)
    order = client.submit_order(
        LimitOrderRequest(
            symbol="AAA", qty=10, side="sell", time_in_force=DAY, order_class="oco", take_profit=TARGET, stop_loss=STOP
        )
    )
    assert (order.order_class, order.type, order.limit_price) == (OrderClass.OCO, OrderType.LIMIT, "30")
    assert [(leg.type, leg.stop_price) for leg in order.legs] == [(OrderType.STOP, "5")]


def test_open_family_is_listed_until_its_last_leg_ends(desk: Desk, client: TradingClient) -> None:
    order = client.submit_order(
        MarketOrderRequest(
            symbol="AAA",
            qty=2,
            side="buy",
            time_in_force=DAY,
            order_class="bracket",
            take_profit=TARGET,
            stop_loss=STOP,
        )
    )
    desk.settle()
    (listed,) = client.get_orders(GetOrdersRequest(nested=True))
    assert (listed.id, listed.status) == (order.id, OrderStatus.FILLED)
    assert client.get_orders(GetOrdersRequest(nested=True, status=QueryOrderStatus.CLOSED)) == []
    client.cancel_orders()
    (closed,) = client.get_orders(GetOrdersRequest(nested=True, status=QueryOrderStatus.CLOSED))
    assert {leg.status for leg in closed.legs} == {OrderStatus.CANCELED}


def test_order_body_has_every_field(desk: Desk, raw: TradingClient) -> None:
    hold(desk)
    for request, _ in ORDERS.values():
        order = raw.submit_order(request)
        raw.cancel_order_by_id(order["id"])
        assert set(order) == ORDER_KEYS
        assert is_text(order, ORDER_TEXT)
        assert isinstance(order["extended_hours"], bool)
        assert str(UUID(order["id"])) == order["id"]


def test_orders_are_paged_by_the_ids_of_others(client: TradingClient) -> None:
    sent = [
        client.submit_order(LimitOrderRequest(symbol="AAA", qty=1, side="buy", time_in_force=DAY, limit_price=price))
        for price in (1, 2, 3, 4)
    ]
    ids = [str(order.id) for order in sent]
    listed = client.get("/orders", {"after_order_id": ids[0], "before_order_id": ids[3], "direction": "asc"})
    assert [order["id"] for order in listed] == ids[1:3]
    assert client.get("/orders", {"asset_class": "crypto"}) == []
    with pytest.raises(APIError) as refused:
        client.get("/orders", {"after_order_id": ids[0], "until": "2024-07-03"})
    assert refused.value.status_code == 422


def test_replaced_order_answers_with_its_successor(client: TradingClient) -> None:
    order = client.submit_order(LimitOrderRequest(symbol="AAA", qty=5, side="buy", time_in_force=DAY, limit_price=5))
    new = client.replace_order_by_id(order.id, ReplaceOrderRequest(qty=4, limit_price=6, client_order_id="next"))
    assert (new.replaces, new.qty, new.limit_price, new.client_order_id) == (order.id, "4", "6", "next")
    assert new.status is OrderStatus.PENDING_NEW
    old = client.get_order_by_id(order.id)
    assert (old.status, old.replaced_by) == (OrderStatus.REPLACED, new.id)
    with pytest.raises(APIError) as refused:
        client.replace_order_by_id(order.id, ReplaceOrderRequest(qty=4))
    assert json.loads(str(refused.value)) == {"code": 42210000, "message": "cannot replace order in replaced status"}


def test_positions_are_closed_in_part_and_altogether(desk: Desk, client: TradingClient) -> None:
    hold(desk)
    desk.place("buy", "2", symbol="BBB")
    desk.advance_to(OPEN + 4 * MINUTE)
    half = client.close_position("AAA", ClosePositionRequest(percentage="50"))
    assert (half.qty, half.side, half.type) == ("5", OrderSide.SELL, OrderType.MARKET)
    desk.advance()
    assert client.get_open_position("AAA").qty == "5"
    resting = client.submit_order(
        LimitOrderRequest(symbol="AAA", qty=5, side="sell", time_in_force=DAY, limit_price=99)
    )
    closed = {answer.symbol: answer for answer in client.close_all_positions(cancel_orders=True)}
    assert {symbol: answer.status for symbol, answer in closed.items()} == {"AAA": 200, "BBB": 200}
    assert client.get_order_by_id(resting.id).status is OrderStatus.CANCELED
    desk.advance_to(OPEN + 8 * MINUTE)
    assert [position.symbol for position in client.get_all_positions()] == ["BBB"]
    with pytest.raises(APIError) as missing:
        client.close_position("AAA")
    assert (missing.value.status_code, missing.value.code) == (404, 40410000)


def test_position_body_has_every_field_as_text(desk: Desk, raw: TradingClient) -> None:
    hold(desk)
    (position,) = raw.get_all_positions()
    assert set(position) == POSITION_TEXT | {"asset_marginable"}
    assert is_text(position, POSITION_TEXT)


def test_account_body_has_every_field(desk: Desk, raw: TradingClient) -> None:
    hold(desk)
    account = raw.get_account()
    assert set(account) == ACCOUNT_TEXT | ACCOUNT_OTHER
    assert is_text(account, ACCOUNT_TEXT)
    desk.advance_to(NEXT_OPEN)
    assert raw.get_account()["balance_asof"] == "2024-07-03"


def test_configuration_is_read_changed_and_obeyed(client: TradingClient) -> None:
    configuration = client.get_account_configurations()
    assert (configuration.suspend_trade, configuration.no_shorting) == (False, True)
    configuration.suspend_trade = True
    assert client.set_account_configurations(configuration).suspend_trade is True
    assert client.get_account().trade_suspended_by_user is True
    with pytest.raises(APIError) as refused:
        client.submit_order(MarketOrderRequest(symbol="AAA", qty=1, side="buy", time_in_force=DAY))
    assert refused.value.status_code == 403


def test_assets_are_filtered_and_complete(raw: TradingClient) -> None:
    assets = raw.get_all_assets(GetAssetsRequest(status="active"))
    assert [set(asset) for asset in assets] == [ASSET_KEYS] * 2
    assert raw.get("/assets", {"attributes": "fractional_eh_enabled,options_enabled"}) == assets
    assert raw.get("/assets", {"attributes": "has_options"}) == []
    assert raw.get("/assets", {"exchange": "NYSE"}) == []
    assert raw.get_all_assets(GetAssetsRequest(status="inactive")) == []
    assert raw.get_asset(assets[0]["id"].upper()) == assets[0]


def test_calendar_tells_settlement_and_the_hours_around(raw: TradingClient) -> None:
    first, second = raw.get_calendar()
    assert first == {
        "date": "2024-07-03",
        "open": "09:30",
        "close": "13:00",
        "session_open": "0400",
        "session_close": "1700",
        "settlement_date": "2024-07-05",
    }
    assert (second["session_close"], second["settlement_date"]) == ("2000", "2024-07-08")
    assert raw.get("/calendar", {"start": "2024-07-05", "end": "2024-07-05", "date_type": "SETTLEMENT"}) == [first]


def test_there_are_no_options_here(client: TradingClient) -> None:
    assert client.get_option_contracts(GetOptionContractsRequest(underlying_symbols=["AAA"])).option_contracts == []
    with pytest.raises(APIError) as missing:
        client.get_option_contract("AAA240719C00010000")
    assert missing.value.status_code == 404
    with pytest.raises(APIError) as refused:
        client.exercise_options_position("AAA240719C00010000")
    assert refused.value.status_code == 422


def test_watchlists_are_kept_and_changed(desk: Desk, client: TradingClient) -> None:
    made = client.create_watchlist(CreateWatchlistRequest(name="mine", symbols=["BBB", "AAA"]))
    assert ([asset.symbol for asset in made.assets], made.name) == (["BBB", "AAA"], "mine")
    assert str(made.account_id) == desk.exchange.account.id
    assert [(each.id, each.assets) for each in client.get_watchlists()] == [(made.id, None)]
    fewer = client.remove_asset_from_watchlist_by_id(made.id, "BBB")
    assert [asset.symbol for asset in fewer.assets] == ["AAA"]
    more = client.add_asset_to_watchlist_by_id(made.id, "BBB")
    assert [asset.symbol for asset in more.assets] == ["AAA", "BBB"]
    renamed = client.update_watchlist_by_id(made.id, UpdateWatchlistRequest(name="ours"))
    assert (renamed.name, len(renamed.assets)) == ("ours", 2)
    assert client.get_watchlist_by_id(made.id) == renamed
    assert client.get("/watchlists:by_name", {"name": "ours"})["id"] == str(made.id)
    assert client.delete_watchlist_by_id(made.id) is None
    with pytest.raises(APIError) as missing:
        client.get_watchlist_by_id(made.id)
    assert missing.value.status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [({"name": "mine"}, 422), ({"name": ""}, 422), ({"name": "x" * 65}, 422), ({"name": "y", "symbols": "AAA"}, 422),
     ({"name": "y", "symbols": ["ZZZ"]}, 404), ([], 422)],
    ids=str,
)  # fmt: skip
def test_bad_watchlist_is_refused(client: TradingClient, body: Any, status: int) -> None:
    client.create_watchlist(CreateWatchlistRequest(name="mine", symbols=["AAA"]))
    with pytest.raises(APIError) as refused:
        client.post("/watchlists", body)
    assert refused.value.status_code == status
    assert len(client.get_watchlists()) == 1


def test_history_tells_equity_day_by_day_and_minute_by_minute(desk: Desk, client: TradingClient) -> None:
    hold(desk)  # ten at 10.00, worth 10.25 each at the end of the first minute
    minutes = client.get_portfolio_history(GetPortfolioHistoryRequest(period="1D", timeframe="1Min"))
    assert (minutes.timestamp, minutes.equity, minutes.profit_loss) == ([OPEN], [100_002.5], [2.5])
    desk.advance_to(CLOSE)
    desk.advance_to(NEXT_OPEN + MINUTE)
    days = client.get_portfolio_history(GetPortfolioHistoryRequest(period="1M"))
    assert days.timeframe == "1D"
    assert days.timestamp == [OPEN, NEXT_OPEN]
    # The last bar of the first day closes at 18.25, the first of the second at 19.25.
    assert (days.equity, days.base_value) == ([100_082.5, 100_092.5], 100_000)
    assert days.profit_loss == [82.5, 92.5]
    today = client.get_portfolio_history(GetPortfolioHistoryRequest(period="1D", timeframe="5Min"))
    assert (today.timestamp, today.base_value, today.profit_loss) == ([NEXT_OPEN], 100_082.5, [10])
    both = client.get_portfolio_history(GetPortfolioHistoryRequest(period="2D", timeframe="15Min"))
    assert both.equity[-1] == 100_092.5
    assert both.profit_loss[-1] == 10
    whole = client.get_portfolio_history(
        GetPortfolioHistoryRequest(
            period="2D", timeframe="1H", intraday_reporting="extended_hours", pnl_reset="no_reset"
        )
    )
    assert whole.timestamp[0] == OPEN - 19_800
    assert whole.profit_loss[-1] == 92.5


def test_history_between_days(desk: Desk, client: TradingClient) -> None:
    hold(desk)
    desk.advance_to(NEXT_CLOSE)
    raw = client.get("/account/portfolio/history", {"start": "2024-07-04", "end": "2024-07-05", "timeframe": "1D"})
    assert raw["timestamp"] == [NEXT_OPEN]
    assert raw["base_value_asof"] == "2024-07-03"
    assert raw["cashflow"] == {}


@pytest.mark.parametrize(
    "parameters",
    [{"period": "3X"}, {"timeframe": "2Min"}, {"period": "1M", "timeframe": "1Min"}, {"start": "yesterday"},
     {"start": "2024-07-05", "end": "2024-07-03"}, {"period": "1D", "start": "2024-07-03", "end": "2024-07-05"},
     {"intraday_reporting": "always"}, {"pnl_reset": "never"}, {"period": "999A", "end": "0001-01-02"}],
    ids=str,
)  # fmt: skip
def test_history_of_a_bad_range_is_refused(client: TradingClient, parameters: dict[str, str]) -> None:
    with pytest.raises(APIError) as refused:
        client.get("/account/portfolio/history", parameters)
    assert (refused.value.status_code, refused.value.code) == (422, 40010001)


def test_activities_filter_by_order_day_and_category(desk: Desk, client: TradingClient) -> None:
    first = desk.place("buy", "10")
    desk.advance_to(NEXT_OPEN)
    desk.place("sell", "4")
    desk.settle()

    def found(path: str = "", **parameters: Any) -> list[str]:
        return [row["side"] for row in client.get(f"/account/activities{path}", parameters)]

    assert found() == ["sell", "buy"]
    assert found(direction="asc") == ["buy", "sell"]
    assert found(order_id=first.id) == ["buy"]
    assert found(date="2024-07-05") == ["sell"]
    assert found(category="trade_activity") == ["sell", "buy"]
    assert found(category="non_trade_activity") == []
    assert found("/SPLIT") == []
    for parameters in ({"activity_types": "GIFT"}, {"category": "gift"}, {"date": "x"}, {"page_size": "101"},
                       {"page_token": "x"}, {"direction": "up"}):  # fmt: skip
        with pytest.raises(APIError) as refused:
            client.get("/account/activities", parameters)
        assert refused.value.status_code == 422


def test_calendar_dates_are_models(client: TradingClient) -> None:
    assert [day.date for day in client.get_calendar()] == [date(2024, 7, 3), date(2024, 7, 5)]
