"""The body of POST /v2/orders, read and checked field by field, before anything is known of the account."""

from collections.abc import Mapping
from decimal import Decimal

from orchestra.paper_exchange.book.entry import field_reader as read
from orchestra.paper_exchange.book.entry.field_reader import RefusedField
from orchestra.paper_exchange.book.entry.order_terms import OrderRequest, StopLoss
from orchestra.paper_exchange.book.entry.request_rules import PRICES_OF, refuse_combination
from orchestra.paper_exchange.book.orders import OrderClass, OrderType, Side, TimeInForce
from orchestra.paper_exchange.book.refusal import Refusal, invalid, not_allowed

INTENTS = {Side.BUY: "buy_to_open", Side.SELL: "sell_to_close"}


def read_order_request(body: object) -> OrderRequest | Refusal:
    """Return the request, or why it cannot be one. Numbers may come as JSON numbers or as strings."""
    if not isinstance(body, Mapping):
        return invalid("request body format is invalid")
    try:
        request = _read(body)
        refuse_combination(request)
    except RefusedField as refused:
        return refused.refusal
    return request


def _read(body: read.Body) -> OrderRequest:
    _refuse_unsupported(body)
    symbol, side = read.text(body, "symbol"), read.choice(body, "side", Side)
    order_type = read.choice(body, "type", OrderType)
    order_class = _order_class(body)
    qty, notional = _size(body)
    _check_intent(body, side)
    return OrderRequest(
        symbol=symbol,
        side=side,
        type=order_type,
        time_in_force=read.choice(body, "time_in_force", TimeInForce),
        qty=qty,
        notional=notional,
        client_order_id=read.client_order_id(body),
        extended_hours=read.flag(body, "extended_hours"),
        order_class=order_class,
        take_profit=_take_profit(body),
        stop_loss=_stop_loss(body),
        **_prices(body, order_type, order_class),
    )


def _refuse_unsupported(body: read.Body) -> None:
    """Turn down what this exchange does not play, rather than do something else than was asked."""
    for name in ("legs", "advanced_instructions"):
        read.require(not body.get(name), lambda name=name: not_allowed(f"{name} are not supported"))  # type: ignore[misc]


def _order_class(body: read.Body) -> OrderClass:
    given = body.get("order_class")
    if given is None or given in ("", "simple"):
        return OrderClass.SIMPLE
    read.require(given != "mleg", lambda: not_allowed("mleg orders are for options only"))
    return read.choice(body, "order_class", OrderClass)


def _size(body: read.Body) -> tuple[Decimal | None, Decimal | None]:
    qty, notional = read.amount(body, "qty"), read.amount(body, "notional")
    read.require(qty is not None or notional is not None, lambda: invalid("qty is required"))
    read.require(qty is None or notional is None, lambda: invalid("only one of qty or notional is accepted"))
    read.require(notional is None or notional >= 1, lambda: invalid("notional amount must be >= 1.00"))
    return qty, notional


def _check_intent(body: read.Body, side: Side) -> None:
    """Take only what a long account can mean."""
    specified, inferred = body.get("position_intent"), INTENTS[side]
    reason = f"position intent mismatch, inferred: {inferred}, specified: {specified}"
    read.require(specified in (None, "", inferred), lambda: not_allowed(reason))


def _prices(body: read.Body, order_type: OrderType, order_class: OrderClass) -> dict[str, Decimal | None]:
    """Return the prices of this type; all of them must be there and no other one."""
    prices: dict[str, Decimal | None] = {name: read.price(body, name) for name in ("limit_price", "stop_price")}
    prices |= {name: read.number(body, name) for name in ("trail_price", "trail_percent")}
    label = order_type.replace("_", " ")
    for name, value in prices.items():
        is_used = name in PRICES_OF[order_type]
        spelled = name.replace("_", " ")
        read.require(is_used or value is None, lambda: invalid(f"{label} orders require no {spelled}"))  # noqa: B023
        is_there = value is not None or name.startswith("trail") or order_class is OrderClass.OCO
        read.require(not is_used or is_there, lambda: invalid(f"{label} orders require a {spelled}"))  # noqa: B023
    if order_type is OrderType.TRAILING_STOP:
        is_one = (prices["trail_price"] is None) != (prices["trail_percent"] is None)
        read.require(is_one, lambda: invalid("trailing stop orders require exactly one of trail_price, trail_percent"))
    return prices


def _take_profit(body: read.Body) -> Decimal | None:
    leg = read.part(body, "take_profit")
    if leg is None:
        return None
    price = read.price(leg, "limit_price", within="take_profit.")
    if price is None:
        raise RefusedField(invalid("take_profit.limit_price is required"))
    return price


def _stop_loss(body: read.Body) -> StopLoss | None:
    leg = read.part(body, "stop_loss")
    if leg is None:
        return None
    stop_price = read.price(leg, "stop_price", within="stop_loss.")
    if stop_price is None:
        raise RefusedField(invalid("stop_loss.stop_price is required"))
    return StopLoss(stop_price, read.price(leg, "limit_price", within="stop_loss."))
