"""Market orders of one account in process, for backtests: the book's rules without the records a client could ask for.

In: the minute, orders. Out: refusals, executions. Thread: one.

An algorithm can want nothing but market orders for the day, and a backtest has one for every forty bars: the whole
book, with its drafts, families and updates, would take most of a run's time. So its rules for this one kind of order
are told once more, on a few numbers; a property test holds them against the exchange itself.
"""

from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple, Protocol

from orchestra.paper_exchange.book.fees import NO_FEES, Accrued, Charge, Dealt, FeeModel
from orchestra.paper_exchange.book.fill_model import EXACT_FILLS, FillModel
from orchestra.paper_exchange.book.orders import ZERO, Side
from orchestra.paper_exchange.book.refusal import Refusal, forbidden
from orchestra.paper_exchange.market.market import decimal_text, exact

WASH_TRADE = "potential wash trade detected. use complex orders"

PriceOf = Callable[[str], Decimal]
SIDES = {str(side): side for side in Side}


class Openings(Protocol):
    """What the orders meet."""

    def opening(self, symbol: str, ts: int) -> tuple[float, float] | None:
        """Return price and volume at which the bar that starts at ts opens; None when nothing traded in that minute."""


class PaperFill(NamedTuple):
    """One execution. at: epoch seconds, the filling bar's start; fee: dollars beside the price."""

    execution_id: str
    client_order_id: str
    qty: Decimal
    price: Decimal
    fee: Decimal
    cumulative_qty: Decimal
    at: int


class _Order:
    """A working order."""

    __slots__ = ("client_order_id", "filled", "qty", "side", "symbol")

    def __init__(self, client_order_id: str, symbol: str, side: Side, *, qty: Decimal) -> None:
        self.client_order_id = client_order_id
        self.symbol = symbol
        self.side = side
        self.qty = qty
        self.filled = ZERO

    @property
    def open_qty(self) -> Decimal:
        return self.qty - self.filled


class PaperBroker:
    """Serve one account. price_of: the last price of a symbol at the minute reached."""

    def __init__(
        self,
        openings: Openings,
        price_of: PriceOf,
        *,
        cash: Decimal,
        fill_model: FillModel = EXACT_FILLS,
        fees: FeeModel = NO_FEES,
    ) -> None:
        self._openings = openings
        self._price_of = price_of
        self._fill_model = fill_model
        self._fees = fees
        self._is_free = fees is NO_FEES
        self.cash = cash
        self._shares: dict[str, Decimal] = {}
        self._working: list[_Order] = []
        self._executions = 0
        self._minute = 0
        self._taken: dict[str, Decimal] = {}
        self._accrued = Accrued()

    @property
    def has_working(self) -> bool:
        """Tell whether an order may still trade."""
        return bool(self._working)

    def market_order(self, symbol: str, side: str, *, qty: Decimal, client_order_id: str) -> Refusal | None:
        """Place a market order for the day; return why not, as the exchange says it."""
        order = _Order(client_order_id, symbol, SIDES[side], qty=qty)
        refusal = self._refusal(order)
        if refusal is None:
            self._working.append(order)
        return refusal

    def fill_at_open(self, minute: int) -> list[PaperFill]:
        """Let the orders meet the open of the bar [minute, minute + 60); return what it fills, oldest first."""
        if minute != self._minute:
            self._minute, self._taken = minute, {}
        fills: list[PaperFill] = []
        for order in tuple(self._working):
            opening = self._openings.opening(order.symbol, minute)
            if opening is None:
                continue
            price, volume = opening
            taken = self._taken.get(order.symbol, ZERO)
            qty = self._qty(order.open_qty, self._fill_model.available(volume, taken))
            if qty:
                self._taken[order.symbol] = taken + qty
                worsened = self._fill_model.worsened(exact(price), order.side)
                fills.append(self._execute(order, worsened, qty=qty, at=minute))
        return fills

    def expire(self) -> list[str]:
        """End what works, at the close of its day; return our ids."""
        expired = [order.client_order_id for order in self._working]
        self._working.clear()
        return expired

    def _refusal(self, order: _Order) -> Refusal | None:
        claimed = reserved = ZERO
        for other in self._working:
            if other.symbol == order.symbol:
                if other.side is not order.side:
                    return forbidden(WASH_TRADE)
                claimed += other.open_qty
            if other.side is order.side is Side.BUY:
                reserved += self._cost(other)
        if order.side is Side.SELL:
            return self._without_shares(order, claimed)
        cost = self._cost(order)
        power = max(ZERO, self.cash - reserved)
        if cost <= power:
            return None
        return forbidden("insufficient buying power", buying_power=decimal_text(power), cost_basis=decimal_text(cost))

    def _without_shares(self, order: _Order, claimed: Decimal) -> Refusal | None:
        available = self._shares.get(order.symbol, ZERO) - claimed
        if order.qty <= available:
            return None
        asked, left = decimal_text(order.qty), decimal_text(available)
        return forbidden(f"insufficient qty available for order (requested: {asked}, available: {left})")

    def _cost(self, order: _Order) -> Decimal:
        """Return what the rest of a buy is expected to cost, fees included, at the rates of the last minute met."""
        price = self._fill_model.worsened(self._price_of(order.symbol), Side.BUY)
        return order.open_qty * price + self._charge(order, order.open_qty, price, at=self._minute).fee

    def _charge(self, order: _Order, qty: Decimal, price: Decimal, *, at: int) -> Charge:
        if self._is_free:
            return Charge(ZERO, self._accrued)
        return self._fees.charge(Dealt(order.side, qty, price, not order.filled, at), self._accrued)

    @staticmethod
    def _qty(wanted: Decimal, available: Decimal | None) -> Decimal:
        """Return what the order gets; an order for whole shares gets whole shares."""
        if available is None or wanted <= available:
            return wanted
        return available.to_integral_value(ROUND_DOWN) if wanted % 1 == 0 else available

    def _execute(self, order: _Order, price: Decimal, *, qty: Decimal, at: int) -> PaperFill:
        fee, self._accrued = self._charge(order, qty, price, at=at)
        signed = qty if order.side is Side.BUY else -qty
        self.cash -= signed * price + fee
        self._shares[order.symbol] = self._shares.get(order.symbol, ZERO) + signed
        order.filled += qty
        if order.filled == order.qty:
            self._working.remove(order)
        self._executions += 1
        return PaperFill(f"{self._executions:08d}", order.client_order_id, qty, price, fee, order.filled, at)
