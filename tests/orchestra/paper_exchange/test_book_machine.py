"""Any order of requests, minutes and restarts keeps the book's arithmetic and its rules."""

import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from database.bar import MINUTE
from orchestra.paper_exchange.book.orders import FINAL, OrderStatus, OrderType, Side, microseconds
from orchestra.paper_exchange.book.refusal import Refusal
from orchestra.paper_exchange.book.store import OrderQuery, OrderView
from orchestra.paper_exchange.market.market import exact
from tests.orchestra.paper_exchange.made_market import CASH, CLOSE, NEXT_OPEN, OPEN, Desk, line, request

# The last ten minutes of the half day and the first ten of the next session, with gaps in both symbols.
STARTS = [*range(CLOSE - 10 * MINUTE, CLOSE, MINUTE), *range(NEXT_OPEN, NEXT_OPEN + 10 * MINUTE, MINUTE)]
PRICES = ["10.00,10.20,9.80,10.10", "10.05,10.90,10.00,10.80", "10.80,10.85,9.10,9.20", "9.20,9.30,9.10,9.30"]
LINES = [
    line(ts, PRICES[number % 4], symbol=symbol)
    for symbol, gap in (("AAA", 5), ("BBB", 3))
    for number, ts in enumerate(STARTS)
    if number % gap
]


class BookMachine(RuleBasedStateMachine):
    """Place, cancel, move on, restart."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.desk = Desk(Path(self.folder.name), LINES)
        self.desk.advance_to(STARTS[0])
        self.finished: dict[str, OrderStatus] = {}

    def teardown(self) -> None:
        self.desk.exchange.close()
        self.folder.cleanup()

    @rule(
        side=st.sampled_from(["buy", "sell"]),
        symbol=st.sampled_from(["AAA", "BBB"]),
        qty=st.sampled_from(["1", "0.5", "40", "6000"]),
        limit=st.sampled_from([None, "9.15", "9.80", "10.00", "10.85", "11.00"]),
        life=st.sampled_from(["day", "gtc"]),
    )
    def place(self, side: str, symbol: str, qty: str, limit: str | None, life: str) -> None:
        more = {"type": "limit", "limit_price": limit} if limit else {}
        life = "day" if "." in qty else life
        before = self.desk.exchange.account
        result = self.desk.exchange.submit(request(side, qty, symbol, time_in_force=life, **more))
        if isinstance(result, Refusal):
            assert self.desk.exchange.account is before
        else:
            assert self.desk.order(result) == result

    @precondition(lambda self: self.desk.exchange.account.working)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(list(self.desk.exchange.account.working.values())))
        assert not isinstance(self.desk.exchange.cancel(order.id), Refusal)

    @rule()
    def done_once(self) -> None:
        self.desk.exchange.done(self.desk.exchange.now)

    @precondition(lambda self: self.desk.exchange.now < STARTS[-1])
    @rule()
    def advance(self) -> None:
        self.desk.advance()

    @rule()
    def restart(self) -> None:
        before = self.desk.exchange.account, self.desk.exchange.now
        self.desk.reopen()
        assert (self.desk.exchange.account, self.desk.exchange.now) == before

    @invariant()
    def money_and_shares_are_the_sum_of_the_fills(self) -> None:
        cash, shares = CASH, {"AAA": Decimal(0), "BBB": Decimal(0)}
        for fill in self.desk.exchange.store.fills():
            sign = 1 if fill.side is Side.BUY else -1
            cash -= sign * fill.qty * fill.price
            shares[fill.symbol] += sign * fill.qty
            assert fill.position_qty == shares[fill.symbol] >= 0
        account = self.desk.exchange.account
        assert account.cash == cash
        assert {symbol: qty for symbol, qty in shares.items() if qty} == {
            symbol: position.qty for symbol, position in account.positions.items()
        }

    @invariant()
    def shares_are_claimed_once(self) -> None:
        account = self.desk.exchange.account
        for symbol in ("AAA", "BBB"):
            assert account.held_for_orders(symbol) <= account.position(symbol).qty

    @invariant()
    def fills_keep_the_written_rule(self) -> None:
        orders = {order.id: order for order in self.desk.exchange.store.orders(OrderQuery(OrderView.ALL, limit=-1))}
        for fill in self.desk.exchange.store.fills():
            order, bar = orders[fill.order_id], self.desk.market.bar(fill.symbol, fill.at)
            assert bar is not None
            assert order.eligible_from <= fill.at < order.expires_at
            assert order.filled_at == microseconds(fill.at)
            if order.type is OrderType.MARKET:
                assert fill.price == exact(bar.open)
                later = self.desk.market.bars(fill.symbol, order.eligible_from, fill.at)
                assert [each for each in later if each.ts >= OPEN] == []

    @invariant()
    def what_is_final_stays_as_it_is(self) -> None:
        for order in self.desk.exchange.store.orders(OrderQuery(OrderView.ALL, limit=-1)):
            assert self.finished.get(order.id, order.status) == order.status
            if order.status in FINAL:
                self.finished[order.id] = order.status
            assert (order.id in self.desk.exchange.account.working) == (order.status not in FINAL)


TestBookMachine = BookMachine.TestCase
TestBookMachine.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
