"""V6: nothing was opened while it was forbidden, and no exit sold more than there was.

In: a session. Out: findings. Thread: any.
"""

from collections import Counter, defaultdict
from decimal import Decimal
from itertools import pairwise

from orchestra.verification.findings import Findings, Invariant, Unchecked, critical
from orchestra.verification.session_rows import ZERO, Session

V6 = Invariant.PERMISSION
MINUTE = 60
# Gates that are shut for everybody at once: what one algorithm was refused, no other may have been given.
SHUT_FOR_ALL = frozenset({"CLOSED_GATE", "HALTED", "BROKER_REFUSES_KEYS"})
NEVER_SENT = frozenset({"DENIED"})


def nothing_opened_when_forbidden(session: Session) -> Findings:
    """Yield V6 of the opening orders: halt, gates, frozen symbols, what our own rules denied; and of proposals."""
    yield from _after_halt(session)
    yield from _through_gates(session)
    yield from _while_frozen(session)
    yield from _without_the_owner(session)


def nothing_sold_that_was_not_there(session: Session) -> Findings:
    """Yield V6 of the exits: each at most what its algorithm held, and the account never short."""
    filled, held = defaultdict[int, Decimal](Decimal), defaultdict[tuple[int | None, str], Decimal](Decimal)
    for execution in session.books.executions:
        filled[execution.order_id] += execution.qty
    for row in session.books.differences:
        if row.algo_id is not None:
            # Whether a split came before an order or after it is not told to the second: it counts from the start.
            held[(row.algo_id, row.symbol)] += max(row.qty, ZERO)
    for intent in session.books.intents:
        pair = (intent.algo_id, intent.symbol)
        if intent.side == "sell" and intent.qty > held[pair]:
            sentence = f"Order {intent.client_order_id} sells {intent.qty}, its algorithm held {held[pair]}."
            yield critical(V6, sentence, intent)
        held[pair] += filled[intent.id] if intent.side == "buy" else -filled[intent.id]
    yield from _never_short(session)


def _after_halt(session: Session) -> Findings:
    if session.halted_at is None:
        return
    for intent in session.books.intents:
        is_entry = intent.purpose == "ENTRY" and intent.status not in NEVER_SENT
        if is_entry and max(intent.created_at, intent.first_sent_at or 0) > session.halted_at:
            yield critical(V6, f"Order {intent.client_order_id} opened a position while trading was halted.", intent)


def _through_gates(session: Session) -> Findings:
    intents = {intent.client_order_id: intent for intent in session.books.intents}
    shut = {span.minute: span for span in session.books.spans if span.gate in SHUT_FOR_ALL}
    for span in session.books.spans:
        intent = intents.get(span.client_order_id or "")
        if intent is None or intent.status in NEVER_SENT:
            continue
        if span.outcome == "DENIED":
            yield critical(V6, f"Order {intent.client_order_id} was sent although it was denied.", span, intent)
        elif intent.purpose == "ENTRY" and span.minute in shut:
            sentence = f"Order {intent.client_order_id} opened a position while a gate was closed."
            yield critical(V6, sentence, shut[span.minute], intent)


def _while_frozen(session: Session) -> Findings:
    """Check from the run that found a difference to the next run; the very moment of a run belongs to neither."""
    for run, after in pairwise([*session.books.reconciliations, None]):
        if run is None or not run.frozen:
            continue
        ends_at = after.at if after is not None else float("inf")
        for intent in session.books.intents:
            is_sent = intent.purpose == "ENTRY" and intent.status not in NEVER_SENT
            if is_sent and intent.symbol in run.frozen and run.at < intent.created_at < ends_at:
                sentence = f"Order {intent.client_order_id} bought {intent.symbol} while it was frozen."
                yield critical(V6, sentence, run, intent)


def _without_the_owner(session: Session) -> Findings:
    """Check that what was proposed was ordered by its owner's word, and once."""
    proposals, ordered = session.books.proposals, Counter(intent.signal_id for intent in session.books.intents)
    for intent in session.books.intents:
        if intent.signal_id is None or intent.signal_id not in proposals:
            continue
        if not proposals[intent.signal_id]:
            yield critical(V6, f"Order {intent.client_order_id} was proposed, and nobody approved it.", intent)
        elif ordered[intent.signal_id] > 1:
            yield critical(V6, f"Proposal {intent.signal_id} was ordered more than once.", intent)


def _never_short(session: Session) -> Findings:
    if session.venue is None:
        yield Unchecked(V6, session.no_venue)
        return
    ours = {intent.client_order_id for intent in session.books.intents}
    for fill in session.venue.fills:
        if fill.side == "sell" and fill.position_qty < ZERO and fill.client_order_id in ours:
            sentence = f"Order {fill.client_order_id} left the account short: {fill.position_qty} {fill.symbol}."
            yield critical(V6, sentence, fill)
