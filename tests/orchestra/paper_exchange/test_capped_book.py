"""With a volume cap and costs, whatever happens: money and shares are the sum of the fills, nothing is dealt twice."""

import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from database.bar import MINUTE
from orchestra.paper_exchange.book.fill_model import FrictionFills
from orchestra.paper_exchange.book.order_request import read_order_request
from orchestra.paper_exchange.book.orders import FINAL, Leg, Order, OrderClass, OrderStatus, Side
from orchestra.paper_exchange.book.refusal import Refusal
from orchestra.paper_exchange.book.store import OrderQuery, OrderView
from orchestra.paper_exchange.market.market import exact
from tests.orchestra.paper_exchange.made_market import CASH, OPEN, Desk, line
from tests.orchestra.paper_exchange.test_against_a_plain_account import PRICES, families, simple_orders

MINUTES = [OPEN + n * MINUTE for n in range(20)]
LINES = [
    line(ts, PRICES[(number * step) % len(PRICES)], symbol=symbol, volume=volume)
    for symbol, step, volume in (("AAA", 1, "100"), ("BBB", 2, "90.5"))
    for number, ts in enumerate(MINUTES)
    if number % 7 != 6
]
FRACTION = Decimal("0.3")
MODEL = FrictionFills(volume_fraction=FRACTION, spread_bps=Decimal(4), slippage_bps=Decimal(3))


class CappedBook(RuleBasedStateMachine):
    """Place, cancel, move on, restart."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.desk = Desk(Path(self.folder.name), LINES, fill_model=MODEL)
        for symbol in ("AAA", "BBB"):
            self.desk.place("buy", "60", symbol)
        self.desk.advance()

    def teardown(self) -> None:
        self.desk.exchange.close()
        self.folder.cleanup()

    @rule(body=simple_orders() | families())
    def place(self, body: dict[str, object]) -> None:
        request = read_order_request(body)
        assert not isinstance(request, Refusal)
        before = self.desk.exchange.account
        result = self.desk.exchange.submit(request)
        assert isinstance(result, Refusal) == (self.desk.exchange.account is before)

    @precondition(lambda self: self.desk.exchange.account.working)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(list(self.desk.exchange.account.working.values())))
        assert not isinstance(self.desk.exchange.cancel(order.id), Refusal)

    @precondition(lambda self: self.desk.exchange.now < MINUTES[-1])
    @rule(is_restarted=st.booleans())
    def advance(self, is_restarted: bool) -> None:
        self.desk.advance()
        if is_restarted:
            before = self.desk.exchange.account
            self.desk.reopen()
            assert self.desk.exchange.account == before

    @rule()
    def done_once(self) -> None:
        self.desk.exchange.done(self.desk.exchange.now)

    @invariant()
    def money_and_shares_are_the_sum_of_the_fills(self) -> None:
        cash, shares = CASH, {"AAA": Decimal(0), "BBB": Decimal(0)}
        for fill in self.desk.exchange.store.fills():
            cash -= fill.side.sign * fill.qty * fill.price
            shares[fill.symbol] += fill.side.sign * fill.qty
            assert fill.position_qty == shares[fill.symbol] >= 0
        account = self.desk.exchange.account
        assert account.cash == cash
        assert {symbol: qty for symbol, qty in shares.items() if qty} == {
            symbol: position.qty for symbol, position in account.positions.items()
        }
        for symbol in shares:
            assert account.held_for_orders(symbol) <= account.position(symbol).qty

    @invariant()
    def no_bar_gives_more_than_its_share_nor_an_order_more_than_it_asked(self) -> None:
        given: dict[tuple[str, int], Decimal] = {}
        for fill in self.desk.exchange.store.fills():
            key = fill.symbol, fill.at
            given[key] = given.get(key, Decimal(0)) + fill.qty
        for (symbol, at), qty in given.items():
            bar = self.desk.market.bar(symbol, at)
            assert bar is not None
            assert qty <= exact(bar.volume) * FRACTION
        for order in self._orders():
            assert order.filled_qty <= order.qty
            if order.notional is not None and order.filled_avg_price:
                assert order.filled_qty * order.filled_avg_price <= order.notional + Decimal("1e-15")

    @invariant()
    def prices_are_those_of_the_bar_worsened_and_within_the_limit(self) -> None:
        orders = {order.id: order for order in self._orders()}
        for fill in self.desk.exchange.store.fills():
            bar, order = self.desk.market.bar(fill.symbol, fill.at), orders[fill.order_id]
            assert bar is not None
            low, high = exact(bar.low), exact(bar.high)
            assert MODEL.worsened(low, Side.SELL) <= fill.price <= MODEL.worsened(high, Side.BUY)
            if order.limit_price is not None:
                assert order.side.sign * fill.price <= order.side.sign * order.limit_price

    @invariant()
    def families_end_together(self) -> None:
        orders = self._orders()
        for parent in orders:
            legs = [order for order in orders if order.parent_id == parent.id]
            if parent.order_class is OrderClass.OCO:
                legs.append(parent)
            sold = sum(leg.filled_qty for leg in legs)
            assert sold <= parent.qty
            held = [leg for leg in legs if leg.leg is Leg.STOP_LOSS and leg.status is OrderStatus.HELD]
            target = [leg for leg in legs if leg.leg is Leg.TAKE_PROFIT]
            if held and target and target[0].status is OrderStatus.PARTIALLY_FILLED:
                assert held[0].qty == target[0].open_qty
            if any(leg.status is OrderStatus.REJECTED for leg in legs):
                assert all(leg.status in FINAL for leg in legs)
            is_dead = parent.status in FINAL - {OrderStatus.FILLED} and legs
            assert not is_dead or parent.order_class is OrderClass.OCO or all(leg.status in FINAL for leg in legs)

    def _orders(self) -> list[Order]:
        return self.desk.exchange.store.orders(OrderQuery(OrderView.ALL, limit=-1, is_ascending=True))


TestCappedBook = CappedBook.TestCase
TestCappedBook.settings = settings(max_examples=20, stateful_step_count=40, deadline=None)
