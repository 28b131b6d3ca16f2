"""An account that trades by the written rules, told a second time and in other words than the exchange's own code.

Nothing here imports the book. Orders are mutable tickets, prices are plain decimals, buys and sells are spelled out one
by one, and everything happens in whole fills. Tests compare it with the exchange after every step.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal

MINUTE = 60
EVENING = 4 * 3600
NINETY_DAYS = 90 * 24 * 3600
NANO = Decimal("0.000000001")
CENT = Decimal("0.01")
ALIVE = {"accepted", "held", "new", "done_for_day"}
AT_ONCE = {"ioc", "fok", "opg"}
Prices = tuple[Decimal, Decimal, Decimal, Decimal]
Bars = Mapping[str, Mapping[int, Prices]]


@dataclass
class Ticket:
    """One order. begins and ends: seconds between which bars may fill it; None begins: not before its parent filled."""

    symbol: str
    side: str
    type: str
    life: str
    qty: Decimal = Decimal(0)
    dollars: Decimal | None = None
    limit: Decimal | None = None
    stop: Decimal | None = None
    trail: Decimal | None = None
    percent: Decimal | None = None
    mark: Decimal | None = None
    evening: bool = False
    kind: str = ""
    role: str = ""
    parent: "Ticket | None" = None
    status: str = "new"
    woken: bool = False
    begins: int | None = 0
    ends: int = 0
    got: Decimal = Decimal(0)
    price: Decimal | None = None
    name: str = ""

    @property
    def root(self) -> "Ticket":
        return self.parent or self

    @property
    def is_alive(self) -> bool:
        return self.status in ALIVE

    def can_meet(self, ts: int) -> bool:
        return self.is_alive and self.begins is not None and self.begins <= ts and ts + MINUTE <= self.ends

    def drag(self, best: Decimal) -> None:
        """Move the stop behind a new best price."""
        distance = self.trail if self.trail is not None else best * (self.percent or 0) / 100
        raw = best - distance if self.side == "sell" else best + distance
        self.mark = best
        self.stop = max(Decimal("0.0001"), raw.quantize(CENT if raw >= 1 else Decimal("0.0001"), ROUND_HALF_EVEN))


@dataclass
class Day:
    """Open and close of a session, in seconds."""

    open: int
    close: int


class Refused(Exception):
    """Carry the HTTP status of a refusal."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class PlainAccount:
    """Cash, shares and tickets at one minute of two days."""

    bars: Bars
    days: tuple[Day, Day]
    cash: Decimal
    now: int
    is_settled: bool = False
    shares: dict[str, Decimal] = field(default_factory=dict)
    cost: dict[str, Decimal] = field(default_factory=dict)
    tickets: list[Ticket] = field(default_factory=list)

    # What the account looks like

    @property
    def alive(self) -> list[Ticket]:
        return [ticket for ticket in self.tickets if ticket.is_alive]

    def last(self, symbol: str) -> Decimal:
        newest = max(ts for ts in self.bars[symbol] if ts + MINUTE <= self.now)
        return self.bars[symbol][newest][3]

    def buying_power(self) -> Decimal:
        return max(Decimal(0), self.cash - sum(self._needs(each) for each in self.alive if each.side == "buy"))

    def _needs(self, ticket: Ticket) -> Decimal:
        if ticket.dollars is not None:
            return ticket.dollars
        if ticket.limit is not None:
            return ticket.qty * ticket.limit
        return ticket.qty * (
            ticket.stop if ticket.type == "trailing_stop" and ticket.stop else self.last(ticket.symbol)
        )

    def _free(self, symbol: str) -> Decimal:
        claims = [each for each in self.alive if (each.symbol, each.side) == (symbol, "sell") and each.status != "held"]
        return self.shares.get(symbol, Decimal(0)) - sum(each.qty for each in claims)

    # What its owner does

    def place(
        self, ticket: Ticket, *, target: Decimal | None = None, stop: Decimal | None = None
    ) -> list[Ticket] | int:
        """Take a new order and its legs, or return the HTTP status of the refusal."""
        try:
            return self._place(ticket, target, stop)
        except Refused as refused:
            return refused.status

    def change(self, old: Ticket, name: str, value: Decimal | str) -> Ticket | int:
        """Replace an order by one that differs in one thing, or return the HTTP status of the refusal."""
        try:
            return self._change(old, name, value)
        except Refused as refused:
            return refused.status

    def _place(self, ticket: Ticket, target: Decimal | None, stop: Decimal | None) -> list[Ticket]:
        self._live(ticket)
        if ticket.life == "opg" and self._is_open:
            raise Refused(422)
        if ticket.life == "cls" and self._is_open and self.now >= self._day.close - 600:
            raise Refused(422)
        last = self.last(ticket.symbol)
        if ticket.type == "stop" and ticket.side == "buy" and ticket.stop is not None:
            ticket.type = "stop_limit"
            ticket.limit = (ticket.stop * Decimal("1.04")).quantize(CENT, ROUND_HALF_EVEN)
        if ticket.type == "trailing_stop":
            ticket.drag(last)
        if ticket.dollars is not None and ticket.side == "sell":
            ticket.qty = (ticket.dollars / last).quantize(NANO, ROUND_UP)
        legs = self._legs(ticket, target, stop)
        entry_price = ticket.limit if ticket.limit is not None else last
        if ticket.kind in {"bracket", "oto"} and stop is not None and stop > entry_price - CENT:
            raise Refused(422)
        self._check(ticket, self.alive)
        self.tickets += [ticket, *legs]
        return [ticket, *legs]

    def cancel(self, ticket: Ticket) -> None:
        for each in self._family(ticket):
            each.status = "canceled"

    def _change(self, old: Ticket, name: str, value: Decimal | str) -> Ticket:
        if old.status not in {"new", "held", "done_for_day"} or old.dollars is not None:
            raise Refused(422)
        self._check_change(old, name, value)
        new = replace(old, **{name: value})
        if new == old:
            raise Refused(422)
        status, begins, ends = old.status, old.begins, old.ends
        self._live(new)
        if status == "held":
            new.status, new.begins = "held", begins if begins is None else new.begins
        if old.kind:
            new.ends = ends
        if new.mark is not None:
            new.drag(new.mark)
        if new.status != "held":
            self._check(new, [each for each in self.alive if each is not old])
        old.status = "replaced"
        self.tickets.append(new)
        for each in self.tickets:
            if each.parent is old:
                each.parent = new
        return new

    def _check_change(self, old: Ticket, name: str, value: Decimal | str) -> None:
        if name in {"qty", "life"} and old.kind:
            raise Refused(422)
        if name == "qty" and old.qty % 1:
            raise Refused(422)
        if name == "life" and ({str(value), old.life} - {"day", "gtc"} or (value == "gtc" and old.qty % 1)):
            raise Refused(422)
        if name == "limit" and old.type not in {"limit", "stop_limit"}:
            raise Refused(422)
        if name == "stop" and (old.type not in {"stop", "stop_limit"} or old.woken):
            raise Refused(422)
        if name in {"trail", "percent"} and (old.type != "trailing_stop" or old.woken):
            raise Refused(422)

    def _live(self, ticket: Ticket) -> None:
        """Give the ticket its times and its first status."""
        first = self.now + MINUTE if self.is_settled else self.now
        if self._is_open:
            opening, closing, evening, ticket.status = first, self._day.close, self._day.close + EVENING, "new"
        else:
            opening, closing, evening = self.days[1].open, self.days[1].close, self.now + EVENING
            ticket.status = "new" if ticket.evening else "accepted"
            opening = self.now if ticket.evening else opening
        if self._day is self.days[1]:
            evening = self.days[1].close  # nothing is played after the last session
        ticket.begins = max(opening, closing - MINUTE) if ticket.life == "cls" else opening
        if ticket.life == "gtc":
            ticket.ends = self.now + NINETY_DAYS
        elif ticket.life in AT_ONCE:
            ticket.ends = min(opening + MINUTE, closing)
        else:
            ticket.ends = evening if ticket.evening else closing

    def _legs(self, ticket: Ticket, target: Decimal | None, stop: Decimal | None) -> list[Ticket]:
        if not ticket.kind:
            return []
        is_oco = ticket.kind == "oco"
        common = {"status": "held", "parent": ticket, "limit": None, "stop": None}
        common |= {"side": "sell", "begins": ticket.begins if is_oco else None}
        legs = []
        if target is not None and not is_oco:
            legs.append(replace(ticket, **(common | {"type": "limit", "limit": target, "role": "target"})))
        if stop is not None:
            legs.append(replace(ticket, **(common | {"type": "stop", "stop": stop, "role": "stop"})))
        if is_oco:
            ticket.limit, ticket.role = target, "target"
        return legs

    def _check(self, ticket: Ticket, others: list[Ticket]) -> None:
        """Raise Refused(403) for a wash trade, too little money, too few shares."""
        is_free = bool(ticket.kind) or ticket.type == "trailing_stop"
        for other in others:
            if is_free or other.kind or other.type == "trailing_stop":
                continue
            if other.symbol != ticket.symbol or other.side == ticket.side:
                continue
            buy, sell = (ticket, other) if ticket.side == "buy" else (other, ticket)
            has_two_limits = {buy.type, sell.type} <= {"limit", "stop_limit"}
            if not has_two_limits or (buy.limit or 0) >= (sell.limit or 0):
                raise Refused(403)
        if ticket.side == "buy":
            needed = sum(self._needs(each) for each in others if each.side == "buy")
            if self._needs(ticket) > max(Decimal(0), self.cash - needed):
                raise Refused(403)
            return
        claims = [each for each in others if (each.symbol, each.side) == (ticket.symbol, "sell")]
        claimed = sum(each.qty for each in claims if each.status != "held")
        if ticket.qty > self.shares.get(ticket.symbol, Decimal(0)) - claimed:
            raise Refused(403)

    # What time does

    @property
    def _day(self) -> Day:
        return self.days[0] if self.now <= self.days[0].close else self.days[1]

    @property
    def _is_open(self) -> bool:
        return self._day.open <= self.now < self._day.close

    def open_minute(self) -> None:
        """Fill market orders at the open of this minute's bar; at a close, end the day."""
        if not self._is_open:
            self._end(self.now)
            for ticket in self.alive:
                if ticket.status == "new" and not ticket.evening:
                    ticket.status = "done_for_day"
            return
        for ticket in self.alive:
            if ticket.type == "market" and ticket.life != "cls" and ticket.can_meet(self.now):
                self._meet(ticket, self.now)

    def end_minute(self) -> None:
        """Let everything meet this minute's bar and go on to the next minute."""
        if self._is_open:
            for ticket in self._in_turn():
                if ticket.can_meet(self.now):
                    self._meet(ticket, self.now)
            self.now += MINUTE
        else:
            self._night()
        self.is_settled = False
        for ticket in self.alive:
            is_due = ticket.status == "accepted" and ticket.begins is not None and ticket.begins <= self.now
            if self._is_open and (is_due or ticket.status == "done_for_day"):
                ticket.status = "new"

    def _night(self) -> None:
        close, morning = self.days[0].close, self.days[1].open
        self._play_around(close, close + EVENING)
        self._end(close + EVENING)
        self._play_around(morning - 5 * 3600 - 1800, morning)
        self.now = morning
        self._end(morning)

    def _play_around(self, start: int, end: int) -> None:
        times = sorted((ts, symbol) for symbol in self.bars for ts in self.bars[symbol] if start <= ts < end)
        for ts, symbol in times:
            for ticket in self.alive:
                if ticket.evening and ticket.symbol == symbol and ticket.can_meet(ts):
                    self._meet(ticket, ts)

    def _end(self, until: int) -> None:
        for ticket in self.alive:
            if ticket.ends <= until:
                ticket.status = "canceled" if ticket.life in AT_ONCE | {"cls"} else "expired"

    def _in_turn(self) -> Iterator[Ticket]:
        """Give families by age, in each the entry, then the stop, then the target."""
        roots = list({id(each.root): each.root for each in self.alive}.values())
        order = {id(root): place for place, root in enumerate(roots)}
        rank = {"": 0, "stop": 1, "target": 2}
        yield from sorted(self.alive, key=lambda each: (order[id(each.root)], rank[each.role]))

    def _meet(self, ticket: Ticket, ts: int) -> None:
        prices = self.bars[ticket.symbol].get(ts)
        if prices is not None:
            was_woken = ticket.woken
            price, is_at_open = _deal(ticket, *prices)
            if ticket.woken and not was_woken and ticket.status == "held":
                self._cancel_others(ticket)
                ticket.status = "new"
            if price is not None:
                self._fill(ticket, price)
                self._after(ticket, ts, is_at_open=is_at_open)
        if ticket.is_alive and ticket.life in AT_ONCE | {"cls"}:
            ticket.status = "canceled"
        if ticket.is_alive and prices is not None and ticket.type == "trailing_stop" and not ticket.woken:
            _, high, low, _ = prices
            if ticket.mark is not None and (high > ticket.mark if ticket.side == "sell" else low < ticket.mark):
                ticket.drag(high if ticket.side == "sell" else low)

    def _fill(self, ticket: Ticket, price: Decimal) -> None:
        if ticket.dollars is not None:
            worth = (ticket.dollars / price).quantize(NANO, ROUND_DOWN)
            ticket.qty = worth if ticket.side == "buy" else min(worth, ticket.qty)
        held, paid = self.shares.get(ticket.symbol, Decimal(0)), self.cost.get(ticket.symbol, Decimal(0))
        if ticket.side == "buy":
            self.cash -= ticket.qty * price
            self.shares[ticket.symbol], self.cost[ticket.symbol] = held + ticket.qty, paid + ticket.qty * price
        else:
            assert ticket.qty <= held
            self.cash += ticket.qty * price
            self.shares[ticket.symbol] = held - ticket.qty
            self.cost[ticket.symbol] = paid * (held - ticket.qty) / held
        ticket.status, ticket.got, ticket.price = "filled", ticket.qty, price

    def _after(self, ticket: Ticket, ts: int, *, is_at_open: bool) -> None:
        """Do what a fill means for the family."""
        if ticket.role:
            self._cancel_others(ticket)
            return
        legs = [each for each in self.alive if each.parent is ticket]
        for leg in legs:
            leg.begins = ts if leg.role == "stop" or is_at_open else ts + MINUTE
        for leg in legs:
            if leg.is_alive and (leg.role == "target" or len(legs) == 1):
                self._wake(leg)

    def _wake(self, leg: Ticket) -> None:
        if leg.qty <= self._free(leg.symbol):
            leg.status = "new"
        else:
            leg.status = "rejected"
            self._cancel_others(leg)

    def _family(self, ticket: Ticket) -> list[Ticket]:
        return [each for each in self.alive if each.root is ticket.root]

    def _cancel_others(self, ticket: Ticket) -> None:
        for each in self._family(ticket):
            if each is not ticket:
                each.status = "canceled"


def _deal(
    ticket: Ticket, opening: Decimal, high: Decimal, low: Decimal, closing: Decimal
) -> tuple[Decimal | None, bool]:
    """Return the price a bar gives and whether it is that of its open; wakes a stop that is touched."""
    is_buy, limit, stop = ticket.side == "buy", ticket.limit, ticket.stop
    if ticket.life == "cls":
        is_good = limit is None or (closing <= limit if is_buy else closing >= limit)
        return (closing if is_good else None), False
    if stop is not None and not ticket.woken:
        if is_buy and high < stop:
            return None, False
        if not is_buy and low > stop:
            return None, False
        ticket.woken = True
        if (opening < stop) if is_buy else (opening > stop):
            is_good = limit is None or (stop <= limit if is_buy else stop >= limit)
            return (stop if is_good else None), False
    if limit is None or (opening <= limit if is_buy else opening >= limit):
        return opening, True
    if ticket.life not in AT_ONCE and (low < limit if is_buy else high > limit):
        return limit, False
    return None, False
