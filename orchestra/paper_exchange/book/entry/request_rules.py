"""Which fields of an order go together, whatever the account holds. Alpaca's published rules, "Placing orders"."""

from collections.abc import Iterator
from decimal import Decimal

from orchestra.paper_exchange.book.entry.field_reader import RefusedField
from orchestra.paper_exchange.book.entry.order_terms import OrderRequest
from orchestra.paper_exchange.book.orders import OrderClass, OrderType, Side, TimeInForce
from orchestra.paper_exchange.book.refusal import Refusal, invalid, not_allowed

PRICES_OF: dict[OrderType, frozenset[str]] = {
    OrderType.MARKET: frozenset(),
    OrderType.LIMIT: frozenset({"limit_price"}),
    OrderType.STOP: frozenset({"stop_price"}),
    OrderType.STOP_LIMIT: frozenset({"stop_price", "limit_price"}),
    OrderType.TRAILING_STOP: frozenset({"trail_price", "trail_percent"}),
}
LASTING = frozenset({TimeInForce.DAY, TimeInForce.GTC})
PLAIN = frozenset({OrderType.MARKET, OrderType.LIMIT})
AUCTIONS = frozenset({TimeInForce.OPG, TimeInForce.CLS})
HIGHEST_TRAIL_PERCENT = Decimal(100)


def refuse_combination(request: OrderRequest) -> None:
    """Raise RefusedField with the first rule that the request breaks."""
    for refusal in _broken_rules(request):
        raise RefusedField(refusal)


def _broken_rules(request: OrderRequest) -> Iterator[Refusal]:
    yield from _of_life(request)
    yield from _of_fractions(request)
    if request.order_class is not OrderClass.SIMPLE:
        yield from _of_families(request)
    elif request.take_profit or request.stop_loss:
        yield not_allowed("take_profit and stop_loss require order_class bracket, oco or oto")


def _of_life(request: OrderRequest) -> Iterator[Refusal]:
    life = request.time_in_force
    if life not in LASTING and request.type not in PLAIN:
        yield not_allowed(f"invalid time_in_force {life} for {request.type} orders: use day or gtc")
    if life in AUCTIONS and request.is_fractional:
        yield invalid("qty must be integer")
    if request.extended_hours and (request.type is not OrderType.LIMIT or life not in LASTING):
        yield not_allowed("extended hours order must be DAY or GTC limit orders")
    if request.trail_percent is not None and request.trail_percent >= HIGHEST_TRAIL_PERCENT:
        yield invalid("trail_percent must be < 100")


def _of_fractions(request: OrderRequest) -> Iterator[Refusal]:
    if not request.is_fractional:
        return
    if request.order_class is not OrderClass.SIMPLE:
        yield not_allowed("fractional orders must be simple orders")
    if request.type is OrderType.TRAILING_STOP:
        yield not_allowed("fractional orders must be market, limit, stop or stop_limit orders")
    if request.time_in_force is not TimeInForce.DAY:
        yield not_allowed("fractional orders must be DAY orders")


def _of_families(request: OrderRequest) -> Iterator[Refusal]:
    kind, legs = request.order_class, (request.take_profit is not None, request.stop_loss is not None)
    if request.type not in PLAIN:
        yield invalid(f"{kind} orders must be market or limit orders")
    if request.time_in_force not in LASTING:
        yield not_allowed(f"{kind} orders must be DAY or GTC orders")
    if request.extended_hours:
        yield not_allowed(f"{kind} orders cannot trade in extended hours")
    if kind is OrderClass.OTO and sum(legs) != 1:
        yield invalid("oto orders require exactly one of take_profit, stop_loss")
    if kind is not OrderClass.OTO and not all(legs):
        yield invalid(f"{kind} orders require take_profit.limit_price and stop_loss.stop_price")
    if kind is OrderClass.OCO:
        yield from _of_oco(request)
    elif request.side is Side.SELL:
        yield not_allowed(f"{kind} orders must be entry orders")
    if kind is not OrderClass.OTO:
        yield from _of_leg_prices(request)


def _of_oco(request: OrderRequest) -> Iterator[Refusal]:
    if request.type is not OrderType.LIMIT:
        yield invalid("oco orders must be limit orders")
    if request.side is Side.BUY:
        yield not_allowed("oco orders must be exit orders")
    if request.limit_price is not None and request.limit_price != request.take_profit:
        yield invalid("oco orders take their limit price from take_profit.limit_price")


def _of_leg_prices(request: OrderRequest) -> Iterator[Refusal]:
    """Hold the target above the stop, as an account that only buys must."""
    if request.take_profit and request.stop_loss and request.take_profit <= request.stop_loss.stop_price:
        yield not_allowed("take_profit.limit_price must be > stop_loss.stop_price")
