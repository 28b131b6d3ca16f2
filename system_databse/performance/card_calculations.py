"""What one algorithm has made of its money: the figures of its card, from its fills and the last price.

In: an algorithm's ledger figures and a price. Out: a Card (domain.md 2, "Card"). Thread: any.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from system_databse.order import ZERO, Order, Side


@dataclass(frozen=True, slots=True)
class Card:
    """Money is dollars. What needs a price is None as long as there is none: absent is not 0.

    total_pl_pct and day_pl are against initial_capital and the last session's close; fractions, not percent.
    """

    shares: Decimal
    avg_cost: Decimal | None
    last_price: float | None
    market_value: Decimal | None
    cash: Decimal
    equity: Decimal | None
    realized_pl: Decimal
    unrealized_pl: Decimal | None
    total_pl: Decimal | None
    total_pl_pct: Decimal | None
    day_pl: Decimal | None
    last_action: str | None
    last_run_at: datetime | None


@dataclass(frozen=True, slots=True)
class Holding:
    """One algorithm's book: what it was given, all its payments since, and the shares it holds at what average."""

    initial_capital: Decimal
    cash_flow: Decimal
    shares: Decimal
    avg_cost: Decimal

    @property
    def cash(self) -> Decimal:
        """Return the algorithm's own cash."""
        return self.initial_capital + self.cash_flow

    @property
    def realized(self) -> Decimal:
        """Return what all sales so far brought beyond their cost, over the algorithm's whole life, fees taken off.

        What was paid and not yet come back is the cost of the shares held; the rest of the payments is won or lost.
        """
        return self.cash_flow + self.shares * self.avg_cost

    def value(self, price: float | None) -> Decimal | None:
        """Return what the shares are worth; None when it takes a price and there is none."""
        if not self.shares:
            return ZERO
        return None if price is None else self.shares * exact(price)

    def equity(self, price: float | None) -> Decimal | None:
        """Return cash and shares together."""
        value = self.value(price)
        return None if value is None else self.cash + value


def card_of(
    holding: Holding,
    price: float | None,
    *,
    equity_at_close: Decimal | None = None,
    last_action: str | None = None,
    last_run_at: datetime | None = None,
) -> Card:
    """Return the figures of a card. equity_at_close: the algorithm's at the last session's close, None before one."""
    value, equity = holding.value(price), holding.equity(price)
    capital = holding.initial_capital
    before = capital if equity_at_close is None else equity_at_close
    return Card(
        shares=holding.shares,
        avg_cost=holding.avg_cost if holding.shares else None,
        last_price=price,
        market_value=value,
        cash=holding.cash,
        equity=equity,
        realized_pl=holding.realized,
        unrealized_pl=None if value is None else value - holding.shares * holding.avg_cost,
        total_pl=None if equity is None else equity - capital,
        total_pl_pct=None if equity is None else (equity - capital) / capital,
        day_pl=None if equity is None else equity - before,
        last_action=last_action,
        last_run_at=last_run_at,
    )


def notional_of_buys(orders: Iterable[Order], prices: dict[str, float]) -> Decimal:
    """Return about what the buys among the orders may still cost, at the last prices; unpriced ones count nothing."""
    return sum(
        (
            (order.qty - order.filled_qty) * exact(prices[order.symbol])
            for order in orders
            if order.side is Side.BUY and order.is_working and order.symbol in prices
        ),
        ZERO,
    )


def available_allocation(
    cash: Decimal, equity: Decimal, *, allocated: Decimal, pending_buys: Decimal = ZERO
) -> Decimal:
    """Return what a new algorithm may be given (domain.md 2, "Available allocation").

    cash and equity: the account's. allocated: the equity of every algorithm that is not stopped, and kept shares.
    """
    return max(ZERO, min(cash, equity - allocated) - pending_buys)


def exact(price: float) -> Decimal:
    """Return a bar's price as the decimal it was written as."""
    return Decimal(repr(price))
