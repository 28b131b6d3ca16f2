"""V4: positions follow from the fills alone, and with what is not ours they make up the account.

In: a session. Out: findings. Thread: any.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from orchestra.verification.findings import Findings, Invariant, Unchecked, critical
from orchestra.verification.invariants.replayed import Pair, Stay, replayed
from orchestra.verification.session_rows import ZERO, Holding, Session, VenueOrder

V4 = Invariant.LEDGER
# Averages do not come out even; a millionth of a dollar is none.
CLOSE_ENOUGH = Decimal("0.000001")


def ledger_follows(session: Session) -> Findings:
    """Yield V4 of the positions, recomputed from the fills and from what changed shares beside them."""
    stays = replayed(session.books)
    holdings = defaultdict[Pair, list[Holding]](list)
    for holding in session.books.holdings:
        holdings[(holding.algo_id, holding.symbol)].append(holding)
    for pair in sorted(stays.keys() | holdings.keys(), key=str):
        yield from _alike(pair, stays.get(pair, []), holdings[pair])


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
    # An order may have waited for long and filled between the two readings.
    filled = {execution.order_id for execution in session.books.executions if not session.is_settled(execution.at)}
    filling = {intent.symbol for intent in session.books.intents if intent.id in filled}
    return frozenset(recent | newest | filling)
