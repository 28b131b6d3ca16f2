from decimal import Decimal

import pytest

from orchestra.paper_exchange.book.order_request import OrderRequest, read_order_request
from orchestra.paper_exchange.book.refusal import INVALID, NOT_ALLOWED, Refusal

GOOD: dict[str, object] = {"symbol": "AAA", "qty": 2.0, "side": "buy", "type": "market", "time_in_force": "day"}
LIMIT = GOOD | {"type": "limit", "limit_price": "10.25"}
STOP = GOOD | {"type": "stop", "stop_price": "9.50"}
TRAIL = GOOD | {"type": "trailing_stop", "trail_price": "0.50"}
NOTIONAL = {name: value for name, value in GOOD.items() if name != "qty"} | {"notional": "100"}
LEGS = {"take_profit": {"limit_price": "11.00"}, "stop_loss": {"stop_price": "9.00"}}
BRACKET = GOOD | LEGS | {"order_class": "bracket"}
OCO = GOOD | LEGS | {"order_class": "oco", "type": "limit", "side": "sell"}


@pytest.mark.parametrize("qty", [2, 2.0, "2", "2.0"])
def test_numbers_may_be_json_numbers_or_strings(qty: object) -> None:
    request = read_order_request(GOOD | {"qty": qty})
    assert isinstance(request, OrderRequest)
    assert request.qty == 2


def test_limit_order_keeps_its_exact_price() -> None:
    request = read_order_request(LIMIT | {"limit_price": 150.1})
    assert isinstance(request, OrderRequest)
    assert request.limit_price == Decimal("150.1")


REFUSED = {
    "no object": ("text", INVALID, "request body format is invalid"),
    "no symbol": (GOOD | {"symbol": ""}, INVALID, "symbol is required"),
    "no qty": (GOOD | {"qty": None}, INVALID, "qty is required"),
    "zero qty": (GOOD | {"qty": 0}, INVALID, "qty must be > 0"),
    "negative qty": (GOOD | {"qty": "-1"}, INVALID, "qty must be > 0"),
    "qty no number": (GOOD | {"qty": "ten"}, INVALID, "qty must be a number"),
    "qty nan": (GOOD | {"qty": "nan"}, INVALID, "qty must be a number"),
    "qty true": (GOOD | {"qty": True}, INVALID, "qty must be a number"),
    "qty too fine": (GOOD | {"qty": "0.0000000001"}, INVALID, "qty must have at most 9 decimals"),
    "qty absurd": (GOOD | {"qty": "1e30"}, INVALID, "qty must be > 0"),
    "bad side": (GOOD | {"side": "hold"}, INVALID, "invalid side: hold"),
    "bad type": (GOOD | {"type": "iceberg"}, INVALID, "invalid type: iceberg"),
    "bad life": (GOOD | {"time_in_force": "week"}, INVALID, "invalid time_in_force: week"),
    "long id": (GOOD | {"client_order_id": "x" * 129}, INVALID, "client_order_id must be no more than 128 printable"),
    "odd id": (GOOD | {"client_order_id": "\ud800"}, INVALID, "client_order_id must be no more than 128 printable"),
    "limit without price": (LIMIT | {"limit_price": None}, INVALID, "limit orders require a limit price"),
    "market with price": (GOOD | {"limit_price": 1}, INVALID, "market orders require no limit price"),
    "sub-penny": (LIMIT | {"limit_price": "290.123"}, NOT_ALLOWED, "sub-penny increment"),
    "fraction for long": (GOOD | {"qty": "0.5", "time_in_force": "gtc"}, NOT_ALLOWED, "must be DAY orders"),
    "qty and notional": (GOOD | {"notional": 100}, INVALID, "only one of qty or notional is accepted"),
    "small notional": (NOTIONAL | {"notional": "0.99"}, INVALID, "notional amount must be >= 1.00"),
    "notional for long": (NOTIONAL | {"time_in_force": "gtc"}, NOT_ALLOWED, "must be DAY orders"),
    "notional trailing": (NOTIONAL | {"type": "trailing_stop", "trail_price": 1}, NOT_ALLOWED, "must be market, limit"),
    "fraction in a bracket": (BRACKET | {"qty": "0.5"}, NOT_ALLOWED, "fractional orders must be simple orders"),
    "fraction at the open": (GOOD | {"qty": "0.5", "time_in_force": "opg"}, INVALID, "qty must be integer"),
    "stop without stop": (GOOD | {"type": "stop"}, INVALID, "stop orders require a stop price"),
    "stop with limit": (STOP | {"limit_price": 1}, INVALID, "stop orders require no limit price"),
    "stop limit without limit": (STOP | {"type": "stop_limit"}, INVALID, "stop limit orders require a limit price"),
    "trail without trail": (GOOD | {"type": "trailing_stop"}, INVALID, "exactly one of trail_price, trail_percent"),
    "trail of both": (TRAIL | {"trail_percent": 1}, INVALID, "exactly one of trail_price, trail_percent"),
    "whole trail": (GOOD | {"type": "trailing_stop", "trail_percent": 100}, INVALID, "trail_percent must be < 100"),
    "market with trail": (GOOD | {"trail_price": 1}, INVALID, "market orders require no trail price"),
    "stop at once": (STOP | {"time_in_force": "ioc"}, NOT_ALLOWED, "invalid time_in_force ioc for stop orders"),
    "trail at the close": (TRAIL | {"time_in_force": "cls"}, NOT_ALLOWED, "invalid time_in_force cls"),
    "extended market": (GOOD | {"extended_hours": True}, NOT_ALLOWED, "must be DAY or GTC limit orders"),
    "extended ioc": (LIMIT | {"extended_hours": True, "time_in_force": "ioc"}, NOT_ALLOWED, "DAY or GTC limit"),
    "extended no boolean": (LIMIT | {"extended_hours": "yes"}, INVALID, "extended_hours must be true or false"),
    "sub-penny stop": (STOP | {"stop_price": "9.999"}, NOT_ALLOWED, "invalid stop_price 9.999. sub-penny"),
    "sub-penny target": (
        BRACKET | {"take_profit": {"limit_price": "11.001"}},
        NOT_ALLOWED,
        "invalid take_profit.limit_price 11.001. sub-penny",
    ),
    "no such class": (GOOD | {"order_class": "fan"}, INVALID, "invalid order_class: fan"),
    "options spread": (GOOD | {"order_class": "mleg"}, NOT_ALLOWED, "mleg orders are for options only"),
    "legs": (GOOD | {"legs": [{"symbol": "X"}]}, NOT_ALLOWED, "legs are not supported"),
    "advanced": (GOOD | {"advanced_instructions": {"algorithm": "DMA"}}, NOT_ALLOWED, "advanced_instructions are not"),
    "target alone": (GOOD | {"take_profit": {"limit_price": 11}}, NOT_ALLOWED, "require order_class"),
    "bracket without stop": (BRACKET | {"stop_loss": None}, INVALID, "bracket orders require take_profit.limit_price"),
    "bracket of a stop": (BRACKET | STOP, INVALID, "bracket orders must be market or limit orders"),
    "bracket to sell": (BRACKET | {"side": "sell"}, NOT_ALLOWED, "bracket orders must be entry orders"),
    "bracket at the open": (
        BRACKET | {"time_in_force": "opg"},
        NOT_ALLOWED,
        "bracket orders must be DAY or GTC orders",
    ),
    "bracket in the evening": (
        BRACKET | {"type": "limit", "limit_price": 10, "extended_hours": True},
        NOT_ALLOWED,
        "bracket orders cannot trade in extended hours",
    ),
    "target below stop": (
        BRACKET | {"take_profit": {"limit_price": 9}},
        NOT_ALLOWED,
        "take_profit.limit_price must be > stop_loss.stop_price",
    ),
    "target no object": (BRACKET | {"take_profit": 11}, INVALID, "take_profit must be an object"),
    "empty target": (BRACKET | {"take_profit": {}}, INVALID, "take_profit.limit_price is required"),
    "empty stop": (BRACKET | {"stop_loss": {"limit_price": 9}}, INVALID, "stop_loss.stop_price is required"),
    "oto with both": (BRACKET | {"order_class": "oto"}, INVALID, "oto orders require exactly one of"),
    "oto to sell": (
        BRACKET | {"order_class": "oto", "side": "sell", "stop_loss": None},
        NOT_ALLOWED,
        "oto orders must be entry orders",
    ),
    "oco to buy": (OCO | {"side": "buy"}, NOT_ALLOWED, "oco orders must be exit orders"),
    "oco at the market": (OCO | {"type": "market"}, INVALID, "oco orders must be limit orders"),
    "oco of two limits": (OCO | {"limit_price": 12}, INVALID, "oco orders take their limit price from take_profit"),
    "wrong intent": (GOOD | {"position_intent": "buy_to_close"}, NOT_ALLOWED, "inferred: buy_to_open"),
    "mixed types": (GOOD | {"symbol": ["AAA"]}, INVALID, "symbol is required"),
    "tiny number": (LIMIT | {"limit_price": "1e-999999"}, NOT_ALLOWED, "sub-penny increment"),
}


@pytest.mark.parametrize(("body", "code", "message"), REFUSED.values(), ids=REFUSED)
def test_bad_request_is_refused_with_alpacas_code(body: object, code: int, message: str) -> None:
    refusal = read_order_request(body)
    assert isinstance(refusal, Refusal)
    assert (refusal.status, refusal.code) == (422, code)
    assert message in refusal.message


@pytest.mark.parametrize("price", ["1.00", "290.12", "0.9999", "0.0001"])
def test_price_on_the_tick_is_accepted(price: str) -> None:
    assert isinstance(read_order_request(LIMIT | {"limit_price": price}), OrderRequest)
