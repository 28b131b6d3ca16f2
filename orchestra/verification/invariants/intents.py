"""V1 and V2: orders at the exchange and intents in our books belong together, one to one.

In: a session. Out: findings. Thread: any.
"""

from collections import Counter

from orchestra.verification.findings import Findings, Invariant, Unchecked, critical, warning
from orchestra.verification.session_rows import BROKER_SAID, FAMILY, Intent, Session, VenueOrder

MINUTE = 60
# An order without an answer is given up when it has become too old to be sent; a little later it must be.
LONGEST_DOUBT_SECONDS = 300
# One that was given up may still arrive for that long.
TOMBSTONE_SECONDS = 900
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def no_orphan_and_no_double(session: Session) -> Findings:
    """Yield V1: an order without its intent, a decision or bar with two orders, an id that says something else."""
    yield from _ids(session)
    yield from _decisions(session)
    if session.venue is None:
        yield Unchecked(Invariant.NO_ORPHAN, session.no_venue)
        return
    intents = {intent.client_order_id: intent for intent in session.books.intents}
    prefix = f"{FAMILY}-{session.books.install}-"
    for number, times in Counter(order.client_order_id for order in session.venue.orders).items():
        if times > 1 and number.startswith(prefix):
            yield critical(Invariant.NO_ORPHAN, f"The exchange has {times} orders with the id {number}.")
    for order in session.venue.orders:
        intent = intents.get(order.client_order_id)
        if intent is not None:
            yield from _same_order(intent, order)
        elif order.client_order_id.startswith(prefix):
            yield critical(
                Invariant.NO_ORPHAN, f"Order {order.client_order_id} is at the exchange and not in our books.", order
            )


def none_lost(session: Session) -> Findings:
    """Yield V2: an intent of which nobody can say what became of it."""
    if session.venue is None:
        yield Unchecked(Invariant.NONE_LOST, session.no_venue)
    at_exchange = {order.client_order_id: order for order in session.venue.orders} if session.venue else None
    for intent in session.books.intents:
        yield from _doubts(session, intent)
        if at_exchange is not None:
            yield from _whereabouts(session, intent, at_exchange.get(intent.client_order_id))


def _ids(session: Session) -> Findings:
    """Every id has to follow from install, algorithm, bar and leg, or a bar decided again would buy twice."""
    for intent in session.books.intents:
        minute = _base36(intent.bar_ts // MINUTE)
        expected = f"{FAMILY}-{session.books.install}-{intent.algo_id}-{minute}-{intent.leg}"
        if intent.client_order_id != expected:
            yield critical(
                Invariant.NO_ORPHAN, f"Order {intent.client_order_id} should bear the id {expected}.", intent
            )


def _decisions(session: Session) -> Findings:
    """Check that a decision that was sent has one intent, and an intent a decision or a signal."""
    intents = {intent.client_order_id: intent for intent in session.books.intents}
    named = Counter(span.client_order_id for span in session.books.spans if span.client_order_id)
    for span in session.books.spans:
        intent = intents.get(span.client_order_id or "")
        if span.outcome == "SUBMITTED" and intent is None:
            yield critical(
                Invariant.NO_ORPHAN, f"A decision was sent as {span.client_order_id}, which is missing.", span
            )
        elif intent is not None and (intent.algo_id, intent.bar_ts + MINUTE) != (span.algo_id, span.minute):
            yield critical(Invariant.NO_ORPHAN, "A decision names another minute's order.", span, intent)
    for intent in session.books.intents:
        if named[intent.client_order_id] > 1:
            yield critical(Invariant.NO_ORPHAN, f"Several decisions name order {intent.client_order_id}.", intent)
        elif not named[intent.client_order_id] and intent.signal_id is None and not session.books.is_adopted(intent):
            yield critical(Invariant.NO_ORPHAN, f"Nobody decided order {intent.client_order_id}.", intent)
    yield from _bars_with_two(session)


def _bars_with_two(session: Session) -> Findings:
    """Check that an algorithm wants one order of a bar; only its owner may want something more."""
    owners = session.books.owners_signals
    own = [intent for intent in session.books.intents if intent.purpose != "MANUAL" and intent.signal_id not in owners]
    for (algo_id, bar_ts), times in Counter((intent.algo_id, intent.bar_ts) for intent in own).items():
        if times > 1:
            rows = [intent for intent in own if (intent.algo_id, intent.bar_ts) == (algo_id, bar_ts)]
            yield critical(Invariant.NO_ORPHAN, f"Algorithm {algo_id} has {times} orders for bar {bar_ts}.", *rows)


def _same_order(intent: Intent, order: VenueOrder) -> Findings:
    ours = (intent.symbol, intent.side, intent.qty)
    if ours != (order.symbol, order.side, order.qty):
        yield critical(
            Invariant.NO_ORPHAN, f"Order {intent.client_order_id} is another one at the exchange.", intent, order
        )


def _doubts(session: Session, intent: Intent) -> Findings:
    is_in_doubt = intent.status in ("SUBMITTED", "UNKNOWN") or (intent.status == "PENDING" and intent.attempts > 0)
    is_silent = intent.status in ("REJECTED", "DENIED", "ABANDONED") and not intent.reject_reason
    ends_at = (intent.valid_until or intent.created_at) + LONGEST_DOUBT_SECONDS
    if is_in_doubt and ends_at < session.now:
        minutes = int(session.now - ends_at) // MINUTE
        yield critical(
            Invariant.NONE_LOST, f"Order {intent.client_order_id} has been in doubt {minutes} minutes too long.", intent
        )
    if is_silent:
        yield warning(
            Invariant.NONE_LOST, f"Order {intent.client_order_id} ended {intent.status} and says no reason.", intent
        )


def _whereabouts(session: Session, intent: Intent, order: VenueOrder | None) -> Findings:
    number = intent.client_order_id
    if order is None:
        if intent.status in BROKER_SAID and session.is_settled(intent.created_at):
            yield critical(
                Invariant.NONE_LOST, f"Our books say {intent.status} of {number}; the exchange has none.", intent
            )
        return
    if intent.status in ("DENIED", "REJECTED") and order.status != "rejected":
        yield critical(Invariant.NONE_LOST, f"Our books say {intent.status} of {number}; the exchange took it.", order)
    if intent.status == "ABANDONED" and session.now > order.updated_at + TOMBSTONE_SECONDS:
        yield critical(
            Invariant.NONE_LOST, f"Order {number} was given up, and the exchange has had it all along.", order
        )


def _base36(number: int) -> str:
    digits = ""
    while number >= 0:
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
        if number == 0:
            break
    return digits
