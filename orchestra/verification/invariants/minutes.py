"""V5: every minute is decided once, and nothing bears a bar older than the reconciliation before it.

In: a session. Out: findings. Thread: any.
"""

from itertools import pairwise

from orchestra.verification.findings import Findings, Invariant, critical
from orchestra.verification.session_rows import Intent, Reconciliation, Session

V5 = Invariant.MINUTES
MINUTE = 60


def decided_once(session: Session) -> Findings:
    """Yield V5 of the decisions and the cursor."""
    spans = session.books.spans
    for span in spans:
        is_whole = span.minute % MINUTE == 0 and span.until_minute % MINUTE == 0
        if span.until_minute < span.minute or not is_whole:
            yield critical(V5, f"A decision of algorithm {span.algo_id} covers no whole minutes.", span)
    for earlier, later in pairwise(spans):
        if earlier.algo_id == later.algo_id and later.minute <= earlier.until_minute:
            yield critical(V5, f"Algorithm {later.algo_id} decided minute {later.minute} twice.", earlier, later)
    cursor = int(session.books.settings.get("engine_minute") or 0)
    beyond = [span for span in spans if span.until_minute > cursor]
    if beyond:
        yield critical(V5, f"The cursor says {cursor}, and later minutes are decided: it fell.", *beyond)


def after_reconciliation(session: Session) -> Findings:
    """Yield V5 of the intents: the books were compared with the broker first, and no missed bar is traded late."""
    starts = [run for run in session.books.reconciliations if run.kind == "start"]
    # Old runs may have been tidied away; then nothing is known of what came before the oldest one.
    is_complete = bool(session.books.reconciliations) and session.books.reconciliations[0].id == 1
    owners = session.books.owners_signals
    for intent in session.books.intents:
        if intent.purpose == "MANUAL" or intent.signal_id in owners or session.books.is_adopted(intent):
            continue
        start = next((run for run in reversed(starts) if run.at <= intent.created_at), None)
        if start is not None:
            yield from _not_older(intent, start)
        elif is_complete or not session.books.reconciliations:
            sentence = f"Order {intent.client_order_id} was wanted before the books were compared with the broker."
            yield critical(V5, sentence, intent)


def _not_older(intent: Intent, start: Reconciliation) -> Findings:
    if intent.bar_ts + MINUTE < start.at // MINUTE * MINUTE:
        sentence = f"Order {intent.client_order_id} rests on a bar from before the start that it was decided after."
        yield critical(V5, sentence, intent, start)
