"""The same book in process: one account and its matcher for backtests, without a file, a wire or a clock of its own.

In: the minute, order requests. Out: accepted orders or refusals, executions. Thread: one.
A minute goes as at the exchange: requests are taken at T, market orders meet the open of [T, T + 60), then all others
meet that bar; at the close what is left of the day expires.
"""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from database.calendar_manager import Session
from orchestra.paper_exchange.book.account import Account, PriceOf
from orchestra.paper_exchange.book.draft import Draft
from orchestra.paper_exchange.book.entry.account_rules import refuse_for_account, refuse_stop_price
from orchestra.paper_exchange.book.entry.order_entry import Entry, new_orders
from orchestra.paper_exchange.book.entry.order_terms import OrderRequest
from orchestra.paper_exchange.book.fill_model import EXACT_FILLS, FillModel
from orchestra.paper_exchange.book.floor.matcher import Matcher
from orchestra.paper_exchange.book.orders import Order, OrderFill, OrderType, Side, TimeInForce
from orchestra.paper_exchange.book.refusal import Refusal
from orchestra.paper_exchange.market.market import MinuteBars

__all__ = ["Order", "OrderFill", "PaperBroker", "Refusal"]

NUMBER = "BACKTEST"


class PaperBroker:
    """Serve one account. price_of: the last price of a symbol at the minute reached."""

    def __init__(
        self,
        bars: MinuteBars,
        price_of: PriceOf,
        *,
        cash: Decimal,
        new_id: Callable[[], UUID],
        fill_model: FillModel = EXACT_FILLS,
    ) -> None:
        self._price_of = price_of
        self._new_id = new_id
        self._fill_model = fill_model
        self._matcher = Matcher(bars, fill_model, new_id)
        self._account = Account(NUMBER, NUMBER, 0, cash, cash, cash, "")
        self._session: Session | None = None
        self._minute = 0
        self._newest_order_at = 0
        self._fills: list[OrderFill] = []

    @property
    def has_working(self) -> bool:
        """Tell whether an order may still trade."""
        return bool(self._account.working)

    @property
    def cash(self) -> Decimal:
        """Return the account's cash."""
        return self._account.cash

    def open(self, session: Session) -> None:
        """Begin a session."""
        self._session = session
        self._minute, self._fills = session.open, []

    def reach(self, minute: int) -> None:
        """Go on to a later minute of the session."""
        if minute != self._minute:
            self._minute, self._fills = minute, []

    def market_order(self, symbol: str, side: str, *, qty: Decimal, client_order_id: str) -> Order | Refusal:
        """Place a market order for the day, or return why not."""
        request = OrderRequest(
            symbol=symbol,
            side=Side(side),
            type=OrderType.MARKET,
            time_in_force=TimeInForce.DAY,
            qty=qty,
            limit_price=None,
            client_order_id=client_order_id,
        )
        return self.submit(request)

    def submit(self, request: OrderRequest) -> Order | Refusal:
        """Place an order and its legs, or return why not."""
        if self._session is None:
            raise ValueError("no session is open")
        entry = Entry(
            symbol=request.symbol,
            session=self._session,
            now=self._minute,
            is_settled=False,
            newest_order_at=self._newest_order_at,
            last_price=self._price_of(request.symbol),
            after_hours=(self._session.close, self._session.close),
        )
        orders = new_orders(request, entry, client_order_id=request.client_order_id, new_id=self._new_id)
        refusal = refuse_stop_price(orders, entry.last_price) or refuse_for_account(
            orders[0], self._account, self._asking_price
        )
        if refusal:
            return refusal
        draft = self._draft()
        for order in orders:
            draft.add(order)
        self._take_over(draft)
        return orders[0]

    def fill_at_open(self) -> list[OrderFill]:
        """Let market orders meet the open of the bar [minute, minute + 60); return what is new."""
        if not self._account.working:
            return []
        draft = self._draft()
        self._matcher.match_first_second(draft, self._minute, self._fills)
        return self._take_over(draft)

    def fill_in_bar(self) -> list[OrderFill]:
        """Let all other orders meet the bar [minute, minute + 60); return what is new."""
        if not self._account.working:
            return []
        draft = self._draft()
        self._matcher.match_bar(draft, self._minute, self._fills)
        return self._take_over(draft)

    def expire(self, minute: int) -> list[str]:
        """End the orders whose time is over at the minute; return their client order ids."""
        if not self._account.working:
            return []
        before = self._account.working
        self._minute = minute
        draft = self._draft()
        draft.expire()
        self._take_over(draft)
        return [order.client_order_id for id_, order in before.items() if id_ not in self._account.working]

    def _draft(self) -> Draft:
        return Draft(self._account, self._minute)

    def _take_over(self, draft: Draft) -> list[OrderFill]:
        self._account = draft.result
        self._fills = self._fills + draft.fills
        self._newest_order_at = max(self._newest_order_at, draft.newest_order_at)
        return draft.fills

    def _asking_price(self, symbol: str) -> Decimal:
        return self._fill_model.worsened(self._price_of(symbol), Side.BUY)
