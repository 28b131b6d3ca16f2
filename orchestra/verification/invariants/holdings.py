"""V4: positions follow from the fills alone, and with what is not ours they make up the account.

In: a session. Out: findings. Thread: any.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from orchestra.verification.findings import Findings, Invariant, Unchecked, critical
from orchestra.verification.session_rows import ZERO, Execution, Holding, Intent, Session, VenueOrder, total

V4 = Invariant.LEDGER
# Averages do not come out even; a millionth of a dollar is none.
CLOSE_ENOUGH = Decimal("0.000001")

Pair = tuple[int | None, str]


@dataclass(slots=True)
class Stay:
    """One stay in a symbol, from flat to flat: shares, what they cost on average, what was realized."""

    qty: Decimal = ZERO
    entry_price: Decimal = ZERO
    realized: Decimal = ZERO

    def take(self, intent: Intent, execution: Execution) -> None:
        """Add one execution."""
        self.realized -= execution.fee
        if intent.side == "buy":
            cost = self.qty * self.entry_price + execution.qty * execution.price
            self.qty += execution.qty
            self.entry_price = cost / self.qty if self.qty else ZERO
        else:
            self.realized += (execution.price - self.entry_price) * execution.qty
            self.qty -= execution.qty


def ledger_follows(session: Session) -> Findings:
    """Yield V4 of the positions, recomputed from the fills."""
    stays = _stays(session)
    adjusted = {(row.algo_id, row.symbol) for row in session.books.differences if row.algo_id is not None}
    holdings = defaultdict[Pair, list[Holding]](list)
    for holding in session.books.holdings:
        holdings[(holding.algo_id, holding.symbol)].append(holding)
    for pair in sorted(stays.keys() | holdings.keys(), key=str):
        if pair in adjusted:
            yield from _adjusted(pair, stays[pair], holdings[pair], session=session)
        else:
            yield from _alike(pair, stays[pair], holdings[pair])


def account_adds_up(session: Session) -> Findings:
    """Yield V4 of the account: what it holds = our fills + baseline + strangers' fills + adjustments."""
    if session.venue is None:
        yield Unchecked(V4, session.no_venue)
        return
    expected = _expected(session)
    moving = _moving_symbols(session, session.venue.orders)
    for symbol in sorted(expected.keys() | session.venue.positions.keys()):
        held = session.venue.positions.get(symbol, ZERO)
        if held == expected[symbol]:
            continue
        if symbol in moving:
            yield Unchecked(V4, f"orders in {symbol} are on their way")
            continue
        last = session.books.reconciliations[-1:]
        sentence = f"The account holds {held} {symbol}; our fills and what is not ours make {expected[symbol]}."
        yield critical(V4, sentence, *last)


def _stays(session: Session) -> defaultdict[Pair, list[Stay]]:
    intents = {intent.id: intent for intent in session.books.intents}
    stays = defaultdict[Pair, list[Stay]](list)
    for execution in session.books.executions:
        intent = intents.get(execution.order_id)
        if intent is None:
            # A fill without its order is told by V7.
            continue
        own = stays[(intent.algo_id, intent.symbol)]
        if not own or own[-1].qty == ZERO:
            own.append(Stay())
        own[-1].take(intent, execution)
    return stays


def _alike(pair: Pair, stays: Sequence[Stay], holdings: Sequence[Holding]) -> Findings:
    whose = f"algorithm {pair[0]} in {pair[1]}"
    if len(stays) != len(holdings):
        sentence = f"The fills of {whose} make {len(stays)} positions, and {len(holdings)} are stored."
        yield critical(V4, sentence, *holdings)
        return
    for stay, holding in zip(stays, holdings, strict=True):
        if holding.qty != stay.qty or (holding.status == "CLOSED") != (stay.qty == ZERO):
            sentence = f"Position {holding.id} of {whose} says {holding.qty}, the fills make {stay.qty}."
            yield critical(V4, sentence, holding)
        elif abs(holding.realized - stay.realized) > CLOSE_ENOUGH:
            sentence = f"Position {holding.id} of {whose} realized {holding.realized}, the fills make {stay.realized}."
            yield critical(V4, sentence, holding)
        elif stay.qty and abs(holding.entry_price - stay.entry_price) > CLOSE_ENOUGH:
            sentence = f"Position {holding.id} of {whose} cost {holding.entry_price}, the fills say {stay.entry_price}."
            yield critical(V4, sentence, holding)


def _adjusted(pair: Pair, stays: Sequence[Stay], holdings: Sequence[Holding], *, session: Session) -> Findings:
    """Check the number of shares alone: after a split nothing else follows from fills and adjustments."""
    added = total(row.qty for row in session.books.differences if (row.algo_id, row.symbol) == pair)
    made = total(stay.qty for stay in stays) + added
    stored = total(holding.qty for holding in holdings if holding.status != "CLOSED")
    if made != stored:
        sentence = f"Algorithm {pair[0]} holds {stored} {pair[1]}; its fills and adjustments make {made}."
        yield critical(V4, sentence, *holdings)


def _expected(session: Session) -> defaultdict[str, Decimal]:
    intents = {intent.id: intent for intent in session.books.intents}
    expected = defaultdict[str, Decimal](lambda: ZERO)
    for execution in session.books.executions:
        intent = intents.get(execution.order_id)
        if intent is not None:
            expected[intent.symbol] += execution.qty if intent.side == "buy" else -execution.qty
    for row in session.books.differences:
        expected[row.symbol] += row.qty
    return expected


def _moving_symbols(session: Session, orders: Iterable[VenueOrder]) -> frozenset[str]:
    """Return the symbols of which the last word may still be on its way."""
    recent = {order.symbol for order in orders if not session.is_settled(order.updated_at)}
    newest = {intent.symbol for intent in session.books.intents if not session.is_settled(intent.created_at)}
    return frozenset(recent | newest)
