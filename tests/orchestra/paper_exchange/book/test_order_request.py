from decimal import Decimal

import pytest

from orchestra.paper_exchange.book.order_request import OrderRequest, read_order_request
from orchestra.paper_exchange.book.refusal import INVALID, NOT_ALLOWED, Refusal

GOOD: dict[str, object] = {"symbol": "AAA", "qty": 2.0, "side": "buy", "type": "market", "time_in_force": "day"}
LIMIT = GOOD | {"type": "limit", "limit_price": "10.25"}


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
    "bad type": (GOOD | {"type": "stop"}, INVALID, "invalid type: stop"),
    "bad life": (GOOD | {"time_in_force": "opg"}, INVALID, "invalid time_in_force: opg"),
    "long id": (GOOD | {"client_order_id": "x" * 129}, INVALID, "client_order_id must be no more than 128 printable"),
    "odd id": (GOOD | {"client_order_id": "\ud800"}, INVALID, "client_order_id must be no more than 128 printable"),
    "limit without price": (LIMIT | {"limit_price": None}, INVALID, "limit orders require a limit price"),
    "market with price": (GOOD | {"limit_price": 1}, INVALID, "market orders require no limit price"),
    "sub-penny": (LIMIT | {"limit_price": "290.123"}, NOT_ALLOWED, "sub-penny increment"),
    "fraction for long": (GOOD | {"qty": "0.5", "time_in_force": "gtc"}, NOT_ALLOWED, "must be DAY orders"),
    "bracket": (GOOD | {"order_class": "bracket"}, NOT_ALLOWED, "complex orders are not supported"),
    "notional": (GOOD | {"notional": 100}, NOT_ALLOWED, "notional orders are not supported"),
    "extended hours": (LIMIT | {"extended_hours": True}, NOT_ALLOWED, "extended hours are not supported"),
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
