"""Random orders of every kind, cancels, replacements, minutes and restarts: the exchange and a plain model agree."""

import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from database.bar import MINUTE
from orchestra.paper_exchange.book.entry.replacement import read_change
from orchestra.paper_exchange.book.order_request import read_order_request
from orchestra.paper_exchange.book.orders import Order
from orchestra.paper_exchange.book.refusal import Refusal
from orchestra.paper_exchange.book.store import OrderQuery, OrderView
from tests.orchestra.paper_exchange.made_market import CASH, CLOSE, NEXT_CLOSE, NEXT_OPEN, OPEN, Desk, line
from tests.orchestra.paper_exchange.plain_account import Day, PlainAccount, Ticket

# The last minutes of the half day, the night with two bars on each side, the first minutes of the next session.
FIRST = CLOSE - 14 * MINUTE
STARTS = [
    *range(FIRST - MINUTE, CLOSE, MINUTE),
    CLOSE + 30 * MINUTE,
    CLOSE + 200 * MINUTE,
    NEXT_OPEN - 90 * MINUTE,
    NEXT_OPEN - 5 * MINUTE,
    *range(NEXT_OPEN, NEXT_OPEN + 8 * MINUTE, MINUTE),
]
PRICES = [
    "10.00,10.20,9.80,10.10",
    "10.05,10.90,10.00,10.80",
    "10.80,10.85,9.10,9.20",
    "9.20,9.30,9.10,9.30",
    "10.60,11.40,10.50,11.20",
]
ROWS = [
    (symbol, ts, PRICES[(number * step) % len(PRICES)])
    for symbol, gap, step in (("AAA", 6, 1), ("BBB", 4, 3))
    for number, ts in enumerate(STARTS)
    if number == 0 or number % gap
]
LINES = [line(ts, prices, symbol=symbol) for symbol, ts, prices in ROWS]
HELD = {"AAA": "100", "BBB": "50.5"}
STEPS = ["9.00", "9.15", "9.50", "9.80", "10.00", "10.15", "10.50", "10.80", "11.00", "11.50"]
steps = st.sampled_from(STEPS)
NAMES = {"limit": "limit_price", "stop": "stop_price", "trail": "trail", "percent": "trail", "life": "time_in_force"}


@cache
def template() -> bytes:
    """Return a book that stands at the first minute and holds shares, made once: the way there is long."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), LINES)
        desk.advance_to(FIRST - MINUTE)
        for symbol, qty in HELD.items():
            desk.place("buy", qty, symbol)
        desk.advance()
        desk.exchange.close()
        return desk.book.read_bytes()


def plain_bars() -> dict[str, dict[int, tuple[Decimal, Decimal, Decimal, Decimal]]]:
    bars: dict[str, dict[int, tuple[Decimal, Decimal, Decimal, Decimal]]] = {"AAA": {}, "BBB": {}}
    for symbol, ts, prices in ROWS:
        opening, high, low, closing = map(Decimal, prices.split(","))
        bars[symbol][ts] = (opening, high, low, closing)
    return bars


@st.composite
def simple_orders(draw: st.DrawFn) -> dict[str, object]:
    order_type = draw(st.sampled_from(["market", "limit", "stop", "stop_limit", "trailing_stop"]))
    is_plain = order_type in {"market", "limit"}
    body: dict[str, object] = {
        "symbol": draw(st.sampled_from(["AAA", "BBB"])),
        "side": draw(st.sampled_from(["buy", "sell"])),
        "type": order_type,
        "time_in_force": draw(
            st.sampled_from(["day", "gtc", "opg", "cls", "ioc", "fok"] if is_plain else ["day", "gtc"])
        ),
    }
    if order_type in {"limit", "stop_limit"}:
        body["limit_price"] = draw(steps)
    if order_type in {"stop", "stop_limit"}:
        body["stop_price"] = draw(steps)
    if order_type == "trailing_stop":
        body[draw(st.sampled_from(["trail_price", "trail_percent"]))] = draw(st.sampled_from(["0.30", "1", "5"]))
    size = draw(st.sampled_from(["whole", "whole", "part", "dollars"]))
    is_day = body["time_in_force"] == "day" and order_type != "trailing_stop"
    if size == "dollars" and is_day:
        body["notional"] = draw(st.sampled_from(["1", "77.77", "20000"]))
    else:
        body["qty"] = draw(
            st.sampled_from(["0.5", "0.123456789"] if size == "part" and is_day else ["1", "40", "5500"])
        )
    if order_type == "limit" and body["time_in_force"] in {"day", "gtc"}:
        body["extended_hours"] = draw(st.booleans())
    return body


@st.composite
def families(draw: st.DrawFn) -> dict[str, object]:
    stop, target = draw(st.sampled_from(STEPS[:5])), draw(st.sampled_from(STEPS[5:]))
    kind = draw(st.sampled_from(["bracket", "oto", "oco"]))
    body: dict[str, object] = {
        "symbol": draw(st.sampled_from(["AAA", "BBB"])),
        "side": "sell" if kind == "oco" else "buy",
        "type": "limit" if kind == "oco" else draw(st.sampled_from(["market", "limit"])),
        "time_in_force": draw(st.sampled_from(["day", "gtc"])),
        "qty": draw(st.sampled_from(["1", "40"])),
        "order_class": kind,
    }
    if body["type"] == "limit" and kind != "oco":
        body["limit_price"] = draw(st.sampled_from(STEPS[3:7]))
    legs = {"take_profit": {"limit_price": target}, "stop_loss": {"stop_price": stop}}
    if kind == "oto":
        del legs[draw(st.sampled_from(sorted(legs)))]
    return body | legs


def ticket_of(body: dict[str, object]) -> Ticket:
    numbers = {name: Decimal(str(body[name])) if name in body else None for name in
               ("qty", "notional", "limit_price", "stop_price", "trail_price", "trail_percent")}  # fmt: skip
    return Ticket(
        symbol=str(body["symbol"]),
        side=str(body["side"]),
        type=str(body["type"]),
        life=str(body["time_in_force"]),
        qty=numbers["qty"] or Decimal(0),
        dollars=numbers["notional"],
        limit=numbers["limit_price"],
        stop=numbers["stop_price"],
        trail=numbers["trail_price"],
        percent=numbers["trail_percent"],
        evening=bool(body.get("extended_hours")),
        kind=str(body.get("order_class", "")),
    )


class TwoAccounts(RuleBasedStateMachine):
    """Do the same to the exchange and to the plain account."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        Path(self.folder.name, "exchange.db").write_bytes(template())
        self.desk = Desk(Path(self.folder.name), LINES)
        days = (Day(OPEN, CLOSE), Day(NEXT_OPEN, NEXT_CLOSE))
        shares = {symbol: Decimal(qty) for symbol, qty in HELD.items()}
        cost = {symbol: qty * 10 for symbol, qty in shares.items()}
        cash = CASH - sum(cost.values())
        self.plain = PlainAccount(plain_bars(), days, cash, FIRST, shares=shares, cost=cost)
        self.earlier = {order.id for order in self._orders()}

    def teardown(self) -> None:
        self.desk.exchange.close()
        self.folder.cleanup()

    @rule(body=simple_orders())
    def place_one(self, body: dict[str, object]) -> None:
        self._place(body)

    @rule(body=families())
    def place_family(self, body: dict[str, object]) -> None:
        self._place(body)

    def _place(self, body: dict[str, object]) -> None:
        request = read_order_request(body)
        assert not isinstance(request, Refusal), request
        result = self.desk.exchange.submit(request)
        legs = {name: Decimal(next(iter(leg.values()))) for name, leg in body.items() if isinstance(leg, dict)}
        tickets = self.plain.place(ticket_of(body), target=legs.get("take_profit"), stop=legs.get("stop_loss"))
        if isinstance(result, Refusal):
            assert result.status == tickets, (body, result)
            return
        assert isinstance(tickets, list), (body, result)
        made = [result, *self.desk.exchange.store.legs([result.id]).get(result.id, [])]
        for ticket, order in zip(tickets, made, strict=True):
            ticket.name = order.id

    @precondition(lambda self: self.desk.exchange.now < STARTS[-1])
    @rule()
    def advance(self) -> None:
        self.plain.open_minute()
        self.plain.end_minute()
        self.desk.advance()

    @precondition(lambda self: self.desk.exchange.now < STARTS[-1])
    @rule()
    def advance_twice(self) -> None:
        for _ in range(2):
            if self.desk.exchange.now < STARTS[-1]:
                self.advance()

    @rule(data=st.data(), what=st.sampled_from(["cancel", "replace", "replace", "done", "restart"]))
    def disturb(self, data: st.DataObject, what: str) -> None:
        """Do one of the rarer things, so that orders live long enough to meet bars."""
        if what == "done":
            self.plain.open_minute()
            is_settled = self.desk.exchange.done(self.desk.exchange.now).is_settled
            self.plain.is_settled = is_settled or self.plain.is_settled
        elif what == "restart":
            self.desk.reopen()
            self.plain.is_settled = self.desk.exchange.is_settled
        elif self.plain.tickets:
            ticket = data.draw(st.sampled_from(self.plain.alive or self.plain.tickets), label="ticket")
            self._cancel(ticket) if what == "cancel" else self._replace(ticket, data)

    def _cancel(self, ticket: Ticket) -> None:
        result = self.desk.exchange.cancel(ticket.name)
        assert isinstance(result, Refusal) == (not ticket.is_alive)
        self.plain.cancel(ticket)

    def _replace(self, ticket: Ticket, data: st.DataObject) -> None:
        trail = "percent" if ticket.percent is not None else "trail"
        name = data.draw(st.sampled_from(["qty", "limit", "stop", trail, "life"]), label="name")
        values = {"qty": ["1", "2", "60"], "life": ["day", "gtc", "ioc"]}.get(name, STEPS)
        text = data.draw(st.sampled_from(values), label="value")
        change = read_change({NAMES.get(name, name): text})
        assert not isinstance(change, Refusal)
        result = self.desk.exchange.desk.replace(ticket.name, change)
        new = self.plain.change(ticket, name, text if name == "life" else Decimal(text))
        if isinstance(result, Refusal):
            assert result.status == new, (ticket, result)
            return
        assert isinstance(new, Ticket), (ticket, result)
        new.name = result.id

    def _orders(self) -> list[Order]:
        return self.desk.exchange.store.orders(OrderQuery(OrderView.ALL, limit=-1, is_ascending=True))

    @invariant()
    def orders_agree(self) -> None:
        orders = [order for order in self._orders() if order.id not in self.earlier]
        assert {order.id for order in orders} == {ticket.name for ticket in self.plain.tickets}
        tickets = {ticket.name: ticket for ticket in self.plain.tickets}
        for order in orders:
            ticket = tickets[order.id]
            told = (order.status, order.filled_qty, order.filled_avg_price)
            assert told == (ticket.status, ticket.got, ticket.price), (order, ticket)
            assert (order.stop_price, order.limit_price, order.hwm) == (ticket.stop, ticket.limit, ticket.mark)

    @invariant()
    def money_agrees(self) -> None:
        exchange = self.desk.exchange
        assert exchange.now == self.plain.now
        assert exchange.account.cash == self.plain.cash
        assert exchange.account.buying_power(exchange.asking_price) == self.plain.buying_power()

    @invariant()
    def positions_agree(self) -> None:
        held = {symbol: (each.qty, each.cost) for symbol, each in self.desk.exchange.account.positions.items()}
        plain = {symbol: (qty, self.plain.cost[symbol]) for symbol, qty in self.plain.shares.items() if qty}
        assert held == plain


TestTwoAccounts = TwoAccounts.TestCase
TestTwoAccounts.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


@pytest.mark.long
def test_many_more_days_agree_too() -> None:
    run_state_machine_as_test(TwoAccounts, settings=settings(max_examples=500, stateful_step_count=60, deadline=None))
