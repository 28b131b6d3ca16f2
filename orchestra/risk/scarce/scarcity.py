"""What runs short in a minute: day trades, places for positions, money; the gate asks after the rules, before limits.

In: what the rules let pass. Out: the same, or denials, each with its rank and its score. Thread: engine.
Where there is enough for everybody nothing changes, not even an order. Exits go first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from database.calendar_manager import Session
from orchestra.risk.scarce.allocator import TRADES_OF_HISTORY, Candidate, Resource, lacking, ranked, scarce
from orchestra.risk.scarce.day_trade_slots import DayTradeSlots
from orchestra.risk.scarce.recent_buys import RecentBuys
from orchestra.risk.scarce.wording import DAY_TRADE_NOTE, left, nth
from system_databse.day_trades.day_trade_book import DayTradeBook
from system_databse.day_trades.day_trade_count import DayTradeCount, Trade
from system_databse.day_trades.day_trade_terms import MOST_DAY_TRADES, DayTradePolicy, DayTradeTerms, is_protective
from system_databse.decision import EXCEEDED, GRANTED, REFUSED, Decision, Verdict, denied, noted
from system_databse.order import ZERO, Order, Side
from system_databse.performance.card_calculations import exact
from system_databse.snapshot import AlgorithmView, Snapshot
from system_databse.trading_signal import Action

ALLOCATOR, DAY_TRADE_LIMIT, BUYING_POWER = "ALLOCATOR", "DAY_TRADE_LIMIT", "BUYING_POWER"
PDT_LIMIT_EXCEEDED = "PDT_LIMIT_EXCEEDED"
NOUNS = {Resource.SLOT: "day trade", Resource.PLACE: "place"}
ONE = Decimal(1)
NO_LIMIT = DayTradeTerms(DayTradePolicy.OFF)


@dataclass(frozen=True, slots=True)
class Funds:
    """What the account may buy for, dollars, as the broker told at a moment."""

    buying_power: Decimal
    at: datetime


class Scarcity:
    """Share out one minute after the other.

    places: how many positions may be open at once, None for any number. terms: the owner's for day trades. funds: None
    where the algorithms' own cash is all there is; then nobody need tell bought of any order. is_intraday: whether an
    algorithm closes on the day it opens.
    """

    def __init__(self, day_trades: DayTradeBook, *, places: Callable[[], int | None]) -> None:
        self._day_trades = day_trades
        self._places = places
        self.bought = RecentBuys()
        self.terms: Callable[[], DayTradeTerms] = lambda: NO_LIMIT
        self.funds: Callable[[], Funds | None] = lambda: None
        self.is_intraday: Callable[[int], bool] = lambda _algorithm_id: False
        self._terms = NO_LIMIT
        self._slots: DayTradeSlots | None = None
        self._left: dict[Resource, Decimal] = {}
        self._at_first: dict[Resource, Decimal] = {}
        self._candidates: dict[int, Candidate] = {}
        self._ranks: dict[int, int] = {}

    @property
    def is_any(self) -> bool:
        """Say whether anything can run short."""
        is_counted = self.terms().policy is not DayTradePolicy.OFF
        return is_counted or self._places() is not None or self.funds() is not None

    def begin(self, passed: Sequence[Decision], snapshot: Snapshot, session: Session | None) -> Sequence[int]:
        """Take what the rules let pass; return in which order it is weighed: as it came, unless something is scarce."""
        self._candidates, self._ranks, self._slots, self._left = {}, {}, None, {}
        wishes = [decision for decision in passed if decision.qty is not None]
        if not wishes or session is None:
            return range(len(passed))
        self._take_stock(wishes, snapshot)
        self._candidates = {
            decision.signal.algorithm_id: self._candidate(decision, snapshot)
            for decision in wishes
            if decision.signal.action is Action.BUY
        }
        self._at_first = self._supply()
        short = scarce(self._payable(), self._supply(exits=self._exits_in_need(wishes)))
        if any(self._terms.min_scores.values()):
            # Each must have its score, with its history, also where there is enough.
            short |= {Resource.SLOT}
        rivals = [each for each in self._candidates.values() if short.intersection(each.needs)]
        return self._ranked(passed, rivals) if rivals else range(len(passed))

    def weigh(self, decision: Decision) -> Decision:
        """Return an approved decision, with what there is to say of it, or its denial."""
        if decision.signal.action is Action.BUY:
            return self._weigh_entry(decision)
        return self._weigh_exit(decision)

    def take(self, decision: Decision) -> None:
        """Set aside what a decision needs that nothing has stopped."""
        signal, qty = decision.signal, decision.qty or ZERO
        candidate = self._candidates.get(signal.algorithm_id)
        is_entry = signal.action is Action.BUY
        if candidate is not None and is_entry:
            for resource in self._left:
                self._left[resource] -= candidate.needs.get(resource, ZERO)
        if self._slots is not None:
            trade = Trade("", qty if is_entry else -qty)
            self._slots.take(trade, signal.symbol, algorithm_id=signal.algorithm_id)
            if is_entry and self.is_intraday(signal.algorithm_id):
                self._slots.reserved.add(signal.algorithm_id)

    def _weigh_entry(self, decision: Decision) -> Decision:
        candidate = self._candidates.get(decision.signal.algorithm_id)
        if candidate is None:
            return decision
        cost, most = candidate.needs.get(Resource.CASH), self._at_first.get(Resource.CASH)
        if cost is not None and most is not None and cost > most:
            words = f"{decision.qty} shares cost about ${cost:,.2f}, the account can buy for ${max(most, ZERO):,.2f}"
            return denied(decision.signal, BUYING_POWER, words)
        resource = lacking(candidate, self._supply(), min_scores=self._terms.min_scores)
        if resource is not None:
            return self._lost(decision, candidate, resource)
        rank = self._ranks.get(decision.signal.algorithm_id)
        if rank is not None:
            return noted(decision, "", self._verdict(candidate, GRANTED, GRANTED, rank=rank))
        return self._advised(decision)

    def _weigh_exit(self, decision: Decision) -> Decision:
        signal, slots = decision.signal, self._slots
        words = slots.why_no_exit(signal.algorithm_id, signal.symbol) if slots else None
        if slots is None or words is None:
            return decision
        if self._terms.is_noted:
            return noted(decision, words)
        is_let = signal.is_owners or (self._terms.lets_protective_exits and is_protective(signal.metadata))
        if not is_let:
            return denied(signal, DAY_TRADE_LIMIT, f"{words}; it waits for the next session")
        verdict = Verdict("EXIT", EXCEEDED, (PDT_LIMIT_EXCEEDED, slots.used), inputs={"used": slots.used})
        return noted(decision, f"{words}; let through to protect", verdict)

    def _advised(self, decision: Decision) -> Decision:
        """Tell of an intraday entry whose exit would find no day trade."""
        signal, slots = decision.signal, self._slots
        if slots is None or not self._terms.is_noted or not self.is_intraday(signal.algorithm_id):
            return decision
        if slots.free() > 0:
            return decision
        return noted(decision, f"its exit today {DAY_TRADE_NOTE} {MOST_DAY_TRADES - slots.free() + 1} of 3")

    def _lost(self, decision: Decision, candidate: Candidate, resource: Resource) -> Decision:
        rank = self._ranks.get(decision.signal.algorithm_id, 1)
        verdict = self._verdict(candidate, REFUSED, resource, rank=rank)
        still = self._supply()[resource]
        if candidate.needs[resource] <= still:
            least = self._terms.min_scores[int(still)]
            verdict = replace(verdict, inputs={**verdict.inputs, "least": least})
            words = f"score {candidate.score:.4f}; {left(int(still), 'day trade')}, kept for {least:.4f} or more"
        else:
            words = self._why_lost(candidate, resource, rank)
        return denied(decision.signal, ALLOCATOR, words, verdict=verdict)

    def _why_lost(self, candidate: Candidate, resource: Resource, rank: int) -> str:
        supply = max(self._at_first.get(resource, ZERO), ZERO)
        noun = NOUNS.get(resource)
        what = left(int(supply), noun) if noun else f"the account could buy for ${supply:,.2f}"
        return f"came {nth(rank)}: score {candidate.score:.4f}; {what}" if len(self._ranks) > 1 else what

    def _verdict(self, candidate: Candidate, outcome: str, reason: str, *, rank: int) -> Verdict:
        inputs: dict[str, object] = {
            "confidence": candidate.confidence,
            "expected_profit": candidate.signal.expected_profit,
            "closed": candidate.closed,
            "wins": candidate.wins,
            "rank": rank,
            "rivals": max(len(self._ranks), 1),
            "left": {str(resource): str(supply) for resource, supply in self._at_first.items()},
        }
        return Verdict(ALLOCATOR, outcome, (str(reason), rank, round(candidate.score, 7)), candidate.score, inputs)

    def _ranked(self, passed: Sequence[Decision], rivals: Sequence[Candidate]) -> list[int]:
        """Rank the rivals by what their strategies have shown; return the order, they come last and the best first."""
        known = [self._with_history(each) for each in rivals]
        by_rank = [each.signal.algorithm_id for each in ranked(known)]
        self._candidates.update((each.signal.algorithm_id, each) for each in known)
        self._ranks = {id_: rank for rank, id_ in enumerate(by_rank, start=1)}
        last = [(self._rank(decision), number) for number, decision in enumerate(passed)]
        return [number for _, number in sorted(last)]

    def _rank(self, decision: Decision) -> int:
        is_rival = decision.qty is not None and decision.signal.action is Action.BUY
        return self._ranks.get(decision.signal.algorithm_id, 0) if is_rival else 0

    def _with_history(self, candidate: Candidate) -> Candidate:
        closed, wins = self._day_trades.history(candidate.signal.strategy, newest=TRADES_OF_HISTORY)
        return replace(candidate, closed=closed, wins=wins)

    def _candidate(self, decision: Decision, snapshot: Snapshot) -> Candidate:
        signal, view = decision.signal, snapshot.algorithms[decision.signal.algorithm_id]
        needs: dict[Resource, Decimal] = {}
        price = snapshot.prices.get(signal.symbol)
        if Resource.CASH in self._left and price is not None:
            needs[Resource.CASH] = (decision.qty or ZERO) * exact(price)
        if Resource.PLACE in self._left and not _has_place(view):
            needs[Resource.PLACE] = ONE
        if self._slots is not None and self._terms.is_binding and self.is_intraday(signal.algorithm_id):
            needs[Resource.SLOT] = ONE
        return Candidate(signal, needs)

    def _payable(self) -> list[Candidate]:
        """Return the candidates that the account could pay if they were alone."""
        cash = self._left.get(Resource.CASH)
        return [
            each for each in self._candidates.values() if cash is None or each.needs.get(Resource.CASH, ZERO) <= cash
        ]

    def _exits_in_need(self, wishes: Sequence[Decision]) -> int:
        """Return how many exits want a day trade that was not reserved."""
        slots = self._slots
        if slots is None:
            return 0
        return sum(
            decision.signal.action is Action.SELL
            and slots.is_day_trade(decision.signal.symbol)
            and decision.signal.algorithm_id not in slots.reserved
            for decision in wishes
        )

    def _supply(self, *, exits: int = 0) -> dict[Resource, Decimal]:
        """Return what is left of each resource. exits: how many are going to use a day trade."""
        if self._slots is None or not self._terms.is_binding:
            return dict(self._left)
        return {**self._left, Resource.SLOT: Decimal(self._slots.free() - exits)}

    def _take_stock(self, wishes: Sequence[Decision], snapshot: Snapshot) -> None:
        self._terms = self.terms()
        views = tuple(snapshot.algorithms.values())
        places, funds = self._places(), self.funds()
        if places is not None:
            self._left[Resource.PLACE] = Decimal(places - sum(map(_has_place, views)))
        if funds is not None:
            unknown = _on_its_way(views, funds.at, snapshot.prices) + self.bought.cost_since(funds.at)
            self._left[Resource.CASH] = funds.buying_power - unknown
        if self._terms.is_binding or self._terms.is_noted:
            self._slots = self._day_trade_slots(wishes, views)

    def _day_trade_slots(self, wishes: Sequence[Decision], views: Sequence[AlgorithmView]) -> DayTradeSlots:
        book = self._day_trades
        working = sorted((order for view in views for order in view.working), key=lambda order: order.created_at)
        now = datetime.fromtimestamp(wishes[0].signal.minute, UTC)
        symbols = {decision.signal.symbol for decision in wishes}.union(order.symbol for order in working)
        counts, buyers = book.counts(now, symbols)
        intraday = [view for view in views if self.is_intraday(view.record.id)]
        reserved = {
            view.record.id
            for view in intraday
            if any(order.side is Side.BUY for order in view.working)
            or (view.record.id in buyers and view.position.is_open and _has_opened(counts, view))
        }
        slots = DayTradeSlots(book.used(now), counts, reserved)
        for order in working:
            slots.take_order(order)
        return slots


def _has_place(view: AlgorithmView) -> bool:
    """Say whether an algorithm holds a position, or is about to."""
    return view.position.is_open or any(order.side is Side.BUY for order in view.working)


def _has_opened(counts: Mapping[str, DayTradeCount], view: AlgorithmView) -> bool:
    count = counts.get(view.position.symbol)
    return count is not None and count.has_opened


def _on_its_way(views: Sequence[AlgorithmView], at: datetime, prices: Mapping[str, float]) -> Decimal:
    """Return what buys will still cost that the account's figures of that moment cannot know of."""
    unknown = (order for view in views for order in view.working if order.side is Side.BUY and order.created_at >= at)
    return sum((_cost(order, prices) for order in unknown), ZERO)


def _cost(order: Order, prices: Mapping[str, float]) -> Decimal:
    price = prices.get(order.symbol)
    return ZERO if price is None else (order.qty - order.filled_qty) * exact(price)
