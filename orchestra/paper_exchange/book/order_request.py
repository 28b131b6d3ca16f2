"""The body of POST /v2/orders, read and checked field by field, before anything is known of the account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from orchestra.paper_exchange.book.orders import OrderType, Side, TimeInForce
from orchestra.paper_exchange.book.refusal import Refusal, invalid, not_allowed

Choice = TypeVar("Choice", bound=StrEnum)

CLIENT_ORDER_ID_LENGTH = 128
QTY_DECIMALS = 9
WHOLE_DOLLAR_DECIMALS = 2
PENNY_STOCK_DECIMALS = 4
LARGEST_NUMBER = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a client asks for. symbol may still be an asset id; client_order_id is "" when the client gave none."""

    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    qty: Decimal
    limit_price: Decimal | None
    client_order_id: str


class _Refused(Exception):
    """Carry a refusal out of the reading of one field; never leaves this module."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def read_order_request(body: object) -> OrderRequest | Refusal:
    """Return the request, or why it cannot be one. Numbers may come as JSON numbers or as strings."""
    if not isinstance(body, Mapping):
        return invalid("request body format is invalid")
    try:
        _refuse_unsupported(body)
        request = OrderRequest(
            symbol=_text(body, "symbol"),
            side=_choice(body, "side", Side),
            type=_choice(body, "type", OrderType),
            time_in_force=_choice(body, "time_in_force", TimeInForce),
            qty=_qty(body),
            limit_price=_limit_price(body),
            client_order_id=_client_order_id(body),
        )
    except _Refused as refused:
        return refused.refusal
    if request.qty % 1 and request.time_in_force is not TimeInForce.DAY:
        return not_allowed("fractional orders must be DAY orders")
    return request


def _refuse_unsupported(body: Mapping[str, object]) -> None:
    """Turn down what this exchange does not play, rather than do something else than was asked."""
    _require(body.get("order_class") in (None, "", "simple"), lambda: not_allowed("complex orders are not supported"))
    _require(body.get("notional") is None, lambda: not_allowed("notional orders are not supported"))
    _require(body.get("extended_hours") in (None, False), lambda: not_allowed("extended hours are not supported"))


def _require(condition: bool, refusal: Callable[[], Refusal]) -> None:
    if not condition:
        raise _Refused(refusal())


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if isinstance(value, str) and value:
        return value
    raise _Refused(invalid(f"{name} is required"))


def _choice(body: Mapping[str, object], name: str, kind: type[Choice]) -> Choice:
    text = _text(body, name)
    try:
        return kind(text.lower())
    except ValueError:
        raise _Refused(invalid(f"invalid {name}: {text}")) from None


def _number(body: Mapping[str, object], name: str) -> Decimal | None:
    value = body.get(name)
    if value is None or value == "":
        return None
    try:
        _require(isinstance(value, str | int | float) and not isinstance(value, bool), lambda: _bad_number(name))
        number = Decimal(str(value))
    except InvalidOperation:
        raise _Refused(_bad_number(name)) from None
    _require(number.is_finite(), lambda: _bad_number(name))
    _require(0 < number < LARGEST_NUMBER, lambda: invalid(f"{name} must be > 0"))
    return number


def _bad_number(name: str) -> Refusal:
    return invalid(f"{name} must be a number")


def _qty(body: Mapping[str, object]) -> Decimal:
    qty = _number(body, "qty")
    if qty is None:
        raise _Refused(invalid("qty is required"))
    _require(_decimals(qty) <= QTY_DECIMALS, lambda: invalid(f"qty must have at most {QTY_DECIMALS} decimals"))
    return qty


def _limit_price(body: Mapping[str, object]) -> Decimal | None:
    price = _number(body, "limit_price")
    if str(body.get("type")).lower() != OrderType.LIMIT:
        _require(price is None, lambda: invalid("market orders require no limit price"))
        return None
    if price is None:
        raise _Refused(invalid("limit orders require a limit price"))
    allowed = WHOLE_DOLLAR_DECIMALS if price >= 1 else PENNY_STOCK_DECIMALS
    reason = f"invalid limit_price {price}. sub-penny increment does not fulfill minimum pricing criteria"
    _require(_decimals(price) <= allowed, lambda: not_allowed(reason))
    return price


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _client_order_id(body: Mapping[str, object]) -> str:
    value = body.get("client_order_id")
    if value is None:
        return ""
    if isinstance(value, str) and len(value) <= CLIENT_ORDER_ID_LENGTH and value.isprintable():
        return value
    raise _Refused(invalid(f"client_order_id must be no more than {CLIENT_ORDER_ID_LENGTH} printable characters"))
