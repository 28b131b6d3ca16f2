"""The experiments: each tries an assumption that the wire facts call unverified, or that trading rests on.

Every order bears an id of this run, so that all of them are found and taken back at the end.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from database.timestamps import parse_iso
from tests.smoke.observation import Observation, not_seen, observed
from tests.smoke.wire import Answer, OrderStream, Rest

Observations = Iterator[Observation]
OVER = ("filled", "canceled", "expired", "rejected")
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
LARGEST_SKEW_SECONDS = 2.0


@dataclass(slots=True)
class Laboratory:
    """What the experiments work with. price: about what the share costs; is_alpaca: not a stand-in on this machine."""

    rest: Rest
    stream: OrderStream
    symbol: str
    price: float
    is_open: bool
    is_alpaca: bool
    run: str = field(default_factory=lambda: f"smoke-{uuid4().hex[:10]}")
    count: int = 0

    def number(self) -> str:
        """Return a new id of this run."""
        self.count += 1
        return f"{self.run}-{self.count}"

    @property
    def far_below(self) -> dict[str, Any]:
        """Return the terms of a purchase that will not fill."""
        return {"type": "limit", "limit_price": f"{self.price * 0.6:.2f}"}

    @property
    def far_above(self) -> dict[str, Any]:
        """Return the terms of a sale that will not fill."""
        return {"type": "limit", "side": "sell", "limit_price": f"{self.price * 1.6:.2f}"}


def clock_and_headers(lab: Laboratory) -> Observations:
    """Try the exchange's clock and what every answer tells of the request budget."""
    before = datetime.now(UTC)
    answer = lab.rest.ask("GET", "/v2/clock")
    after = datetime.now(UTC)
    expected = f"at most {LARGEST_SKEW_SECONDS} seconds from ours"
    if lab.is_alpaca:
        theirs = parse_iso(str(answer.body["timestamp"]))
        skew = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
        yield observed("clock", expected, f"{skew:.3f} s at least", is_right=skew <= LARGEST_SKEW_SECONDS)
    else:
        yield not_seen("clock", expected, "a stand-in keeps a time of its own")
    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
    seen = {name: answer.headers.get(name) for name in names}
    yield observed("budget in headers", "limit 200, remaining, reset", seen, is_right=None not in seen.values())


def one_id_for_ever(lab: Laboratory) -> Observations:
    """Try whether an id is refused while its order is open and after it was canceled: resending rests on it."""
    number = lab.number()
    first = lab.rest.place(number, lab.symbol, **lab.far_below)
    expected = "200 with pending_new, accepted or new"
    is_taken = first.status == 200 and first.body["status"] in ("pending_new", "accepted", "new")
    told = f"{first} {first.body.get('status')}" if first.status == 200 else first
    yield observed("an order far from the market", expected, told, is_right=is_taken)
    if first.status != 200:
        yield not_seen("one id for ever", "422", "the first order was not taken")
        return
    yield _refused_id("the id again while its order works", lab.rest.place(number, lab.symbol, **lab.far_below))
    found = lab.rest.order(number)
    yield observed("the order by our id", "200", found, is_right=found.status == 200, is_vital=True)
    canceled = lab.rest.cancel(first)
    yield observed("cancel", "204", canceled, is_right=canceled.status == 204)
    status = lab.rest.wait_for(number, *OVER)
    yield observed("the order after that", "canceled", status, is_right=status == "canceled")
    again = lab.rest.place(number, lab.symbol, **lab.far_below)
    yield _refused_id("the id again after its order was canceled", again)
    late = lab.rest.cancel(first)
    yield observed("cancel of a canceled order", "422 with a code", late, is_right=late.status == 422)
    yield from _stream_of_canceled(lab, number)


def unknown_ids(lab: Laboratory) -> Observations:
    """Try ids that nobody knows: 404 is what a resend waits for."""
    for name, answer in (
        ("our id that was never sent", lab.rest.order(lab.number())),
        ("an order id that does not exist", lab.rest.ask("GET", f"/v2/orders/{UNKNOWN_ID}")),
        ("cancel of an order that does not exist", lab.rest.ask("DELETE", f"/v2/orders/{UNKNOWN_ID}")),
    ):
        yield observed(name, "404", answer, is_right=answer.status == 404, is_vital=name.startswith("our"))


def refusals(lab: Laboratory) -> Observations:
    """Try what is refused for good: the status decides whether an order is given up."""
    account = lab.rest.ask("GET", "/v2/account").body
    qty = int(float(account["buying_power"]) / lab.price * 3) + 10
    answer = lab.rest.place(lab.number(), lab.symbol, qty=str(qty), **lab.far_below)
    is_right = answer.status == 403 and "buying power" in answer.message
    yield observed("more than the buying power", "403 insufficient buying power", answer, is_right=is_right)
    answer = lab.rest.place(lab.number(), "ZZZZZ", type="market")
    yield observed("a symbol nobody knows", "422 with a code", answer, is_right=answer.status == 422)
    yield _not_tradable(lab)
    answer = lab.rest.place(lab.number(), lab.symbol, type="limit")
    yield observed("a limit order without a limit", "422 with a code", answer, is_right=answer.status == 422)
    answer = lab.rest.place(lab.number(), lab.symbol, type="limit", limit_price=f"{lab.price * 0.6:.2f}1")
    yield observed("a limit finer than a cent", "422 sub-penny", answer, is_right=answer.status == 422)


def one_share(lab: Laboratory) -> Observations:
    """Buy a share and sell it again: the events of a fill, a cancel that comes too late, the wash trade rule."""
    if not lab.is_open:
        for name in ("events of a fill", "cancel of a filled order", "wash trade"):
            yield not_seen(name, "seen while the market is open", "the market is closed")
        return
    number = lab.number()
    bought = lab.rest.place(number, lab.symbol, type="market")
    status = lab.rest.wait_for(number, *OVER) if bought.status == 200 else str(bought)
    yield observed("a market order of one share", "filled", status, is_right=status == "filled")
    if status != "filled":
        return
    yield from _stream_of_filled(lab, number)
    late = lab.rest.cancel(bought)
    yield observed("cancel of a filled order", "422 with a code", late, is_right=late.status == 422, is_vital=True)
    yield from _wash_trade(lab)


def lists_of_orders(lab: Laboratory) -> Observations:
    """Try what GET orders lists: reconciliation reads all of ours, ended ones too, oldest first."""
    answer = lab.rest.ask("GET", "/v2/orders", params={"status": "all", "limit": "500", "direction": "asc"})
    rows = answer.body if isinstance(answer.body, list) else []
    own = [row for row in rows if str(row.get("client_order_id")).startswith(lab.run)]
    told = [f"{row['client_order_id'].rpartition('-')[2]} {row['status']}" for row in own]
    ended = [row for row in own if row["status"] in OVER]
    yield observed("a list of all orders", "ended orders too", told, is_right=bool(ended), is_vital=True)
    times = [parse_iso(row["submitted_at"]) for row in rows]
    yield observed("its order", "oldest first", f"{len(rows)} orders", is_right=times == sorted(times), is_vital=True)
    if len(own) < 2:
        yield not_seen("after", "exclusive", "fewer than two orders were taken")
        return
    params = {"status": "all", "limit": "500", "direction": "asc", "after": own[0]["submitted_at"]}
    later = lab.rest.ask("GET", "/v2/orders", params=params).body
    numbers = [row["client_order_id"] for row in later]
    is_right = own[0]["client_order_id"] not in numbers and own[-1]["client_order_id"] in numbers
    yield observed("after", "later than that moment only", f"{len(numbers)} orders", is_right=is_right)
    open_rows = lab.rest.ask("GET", "/v2/orders", params={"status": "open"}).body
    left = [row["client_order_id"] for row in open_rows if row["client_order_id"].startswith(lab.run)]
    yield observed("open orders of this run", "none", left, is_right=not left)


def stream_shape(lab: Laboratory) -> Observations:
    """Tell how the order stream spoke."""
    first, second = (frame.get("data", {}) for frame in lab.stream.frames[:2])
    yield observed("authorization", "status authorized", first, is_right=first.get("status") == "authorized")
    is_right = second.get("streams") == ["trade_updates"]
    yield observed("listening", "trade_updates", second, is_right=is_right)
    kinds = sorted(lab.stream.kinds)
    yield observed("kind of frames", "binary (text is read too)", kinds, is_right=kinds == ["binary"])


def clean_up(lab: Laboratory) -> Observations:
    """Take back every order of this run and sell what it bought."""
    rows = lab.rest.ask("GET", "/v2/orders", params={"status": "open", "limit": "500"}).body
    for row in rows:
        if row["client_order_id"].startswith(lab.run):
            lab.rest.ask("DELETE", f"/v2/orders/{row['id']}")
            lab.rest.wait_for(row["client_order_id"], *OVER)
    held = lab.rest.ask("GET", f"/v2/positions/{lab.symbol}")
    if held.status == 200 and float(held.body["qty"]) > 0:
        number = lab.number()
        lab.rest.place(number, lab.symbol, side="sell", type="market", qty=held.body["qty"])
        lab.rest.wait_for(number, *OVER)
        held = lab.rest.ask("GET", f"/v2/positions/{lab.symbol}")
    told = "nothing is left" if held.status == 404 else f"{held} {held.body}: sell it by hand"
    yield observed("cleaned up", "nothing is left", told, is_right=held.status == 404)


EXPERIMENTS: tuple[Callable[[Laboratory], Observations], ...] = (
    clock_and_headers,
    one_id_for_ever,
    unknown_ids,
    refusals,
    one_share,
)
AFTERWARDS: tuple[Callable[[Laboratory], Observations], ...] = (clean_up, lists_of_orders, stream_shape)


def _refused_id(name: str, answer: Answer) -> Observation:
    """The program tells this refusal from others by the words client_order_id."""
    is_right = answer.status == 422 and "client_order_id" in answer.message
    expected = "422 whose message names client_order_id"
    return observed(name, expected, answer, is_right=is_right, is_vital=True)


def _not_tradable(lab: Laboratory) -> Observation:
    name, expected = "a symbol that is not tradable", "422 with a code"
    rows = lab.rest.ask("GET", "/v2/assets", params={"status": "inactive", "asset_class": "us_equity"}).body
    symbols = [row["symbol"] for row in rows if row.get("tradable") is False] if isinstance(rows, list) else []
    if not symbols:
        return not_seen(name, expected, "no such symbol is listed")
    answer = lab.rest.place(lab.number(), symbols[0], type="market")
    return observed(name, expected, f"{symbols[0]}: {answer}", is_right=answer.status == 422)


def _wash_trade(lab: Laboratory) -> Observations:
    resting = lab.rest.place(lab.number(), lab.symbol, **lab.far_above)
    if resting.status != 200:
        yield not_seen("wash trade", "403", f"a sale far above the market was refused: {resting}")
        return
    number = lab.number()
    answer = lab.rest.place(number, lab.symbol, type="market")
    is_right = answer.status == 403 and "wash" in answer.message
    yield observed("wash trade", "403 potential wash trade detected", answer, is_right=is_right)
    if answer.status == 200:
        lab.rest.wait_for(number, *OVER)


def _stream_of_canceled(lab: Laboratory, number: str) -> Observations:
    events = lab.stream.wait_for(number, "canceled")
    is_right = events[-1:] == ["canceled"] and "new" in events
    yield observed("events of a canceled order", "…, new, …, canceled", events, is_right=is_right)


def _stream_of_filled(lab: Laboratory, number: str) -> Observations:
    events = lab.stream.wait_for(number, "fill")
    yield observed("events of a fill", "…, fill at the end", events, is_right=events[-1:] == ["fill"], is_vital=True)
    fills = [update for update in lab.stream.events(number) if update.get("event") in ("fill", "partial_fill")]
    if not fills:
        yield not_seen("shape of a fill", "order, execution_id, price, qty, position_qty", "no fill was told")
        return
    wanted = {"order", "execution_id", "timestamp", "price", "qty", "position_qty"}
    seen = sorted(fills[-1])
    yield observed("shape of a fill", ", ".join(sorted(wanted)), seen, is_right=wanted <= set(seen), is_vital=True)
    order = fills[-1].get("order", {})
    told = {name: order.get(name) for name in ("status", "qty", "filled_qty", "filled_avg_price")}
    is_right = order.get("status") == "filled" and float(order.get("filled_qty") or 0) == 1.0
    yield observed("the order inside a fill", "as it is after the fill", told, is_right=is_right, is_vital=True)
