"""The life of a signal: one table of what may follow what, when waiting is over, and what its order's news mean.

In: states, an order, times. Out: the next state. Thread: any. Source: domain model, section 2, "States".

What waits for the processor is over after ten minutes. A proposal waits for a person instead, who is not at the
screen all the time: it is over after one hour, which is also how long `pending_ai_proposals` shows it.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from system_databse.order import Order

PROCESSOR_WAITS = timedelta(minutes=10)
OWNER_WAITS = timedelta(hours=1)


class SignalStatus(StrEnum):
    """Where a signal stands (signals.status)."""

    RECORDED = "RECORDED"  # told for the record: what an algorithm decided itself
    PENDING = "PENDING"  # waits for the processor, or as a proposal for the owner
    APPROVED = "APPROVED"  # may become an order
    REJECTED = "REJECTED"  # becomes none: a rule of ours or the owner said no
    ORDERED = "ORDERED"  # its order is on disk
    EXECUTED = "EXECUTED"  # its order has ended and bought or sold something
    EXPIRED = "EXPIRED"  # nobody said anything in time
    FAILED = "FAILED"  # its order has ended without a fill

    @property
    def is_waiting(self) -> bool:
        """Say whether time alone can end it."""
        return self in (SignalStatus.PENDING, SignalStatus.APPROVED)


S = SignalStatus

# Every move that may happen.
TRANSITIONS: dict[SignalStatus, frozenset[SignalStatus]] = {
    S.RECORDED: frozenset(),
    S.PENDING: frozenset({S.APPROVED, S.REJECTED, S.EXPIRED}),
    # REJECTED after APPROVED: the gate had the last word.
    S.APPROVED: frozenset({S.ORDERED, S.REJECTED, S.EXPIRED}),
    S.ORDERED: frozenset({S.EXECUTED, S.FAILED}),
    # The broker may tell of a fill after it told that the order was over.
    S.FAILED: frozenset({S.EXECUTED}),
    S.REJECTED: frozenset(),
    S.EXECUTED: frozenset(),
    S.EXPIRED: frozenset(),
}


def moved_to(before: SignalStatus, after: SignalStatus) -> SignalStatus:
    """Return the state after a move; raises ValueError for one that cannot happen."""
    if after not in TRANSITIONS[before]:
        raise ValueError(f"a signal cannot go from {before} to {after}")
    return after


def expires_at(
    status: SignalStatus, since: datetime, *, is_proposal: bool = False, session_close: datetime | None = None
) -> datetime | None:
    """Return when waiting is over, None for a signal that does not wait.

    since: market time at which it began to wait; session_close: of the session it was approved in.
    """
    if status is SignalStatus.PENDING:
        return since + (OWNER_WAITS if is_proposal else PROCESSOR_WAITS)
    return session_close if status is SignalStatus.APPROVED else None


def status_by_order(order: Order) -> SignalStatus | None:
    """Return what an order's news make of an ORDERED signal; None while the order may still trade or arrive."""
    if not order.status.is_terminal:
        return None
    return SignalStatus.EXECUTED if order.filled_qty else SignalStatus.FAILED
