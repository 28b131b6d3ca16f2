"""The proposal counter: a proposal is taken in, approved or rejected, once, whoever asks how often.

In: Propose, ApproveSignal, RejectSignal. Out: answers; an approved one goes the one path of every order, as a buy or
sell of its algorithm: its cash, its limits, the same gate. Thread: engine.
The intent and the note that the owner agreed are one transaction, so that no crash orders twice or forgets the word.
"""

import json
from collections.abc import Callable
from datetime import datetime

from database.bar import MINUTE
from orchestra.execution.books import Books
from orchestra.messages.commands import Answer, ApproveSignal, Propose, Refusal, RejectSignal, refused
from orchestra.office.allocation import LastBar
from orchestra.office.control.wish_book import WishBook
from orchestra.office.owner_sales import OwnerSales, Path
from orchestra.office.proposals.proposal_book import ProposalBook
from orchestra.runtime.clock import Clock
from orchestra.runtime.plain_text import plain_line
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from system_databse.decision import Decision
from system_databse.order import ZERO
from system_databse.signals.proposal import LONGEST_METADATA, LONGEST_REASON, MOST_SHARES, Proposal
from system_databse.signals.signal_status import SignalStatus
from system_databse.trading_signal import Action, Outcome, Source, TradingSignal

# Nobody reads more of them before they expire.
MOST_WAITING = 20
REJECTED = "the owner does not want it"
MARKET_CLOSED = "The market is closed: approve it while the market is open."
HALTED = "Trading is halted, so nothing is bought: resume first. The proposal goes on waiting."
OVER = {
    SignalStatus.REJECTED: "was rejected already",
    SignalStatus.EXPIRED: "has expired: nobody approved it within an hour",
}


class ProposalCounter:
    """Take proposals in and carry out what the owner says of them. usual_profit: expected where none is told."""

    def __init__(
        self,
        book: ProposalBook,
        books: Books,
        path: Path,
        *,
        clock: Clock,
        sales: OwnerSales,
        wishes: WishBook,
        last_bar: LastBar,
        usual_profit: Callable[[str], float | None],
    ) -> None:
        self._book = book
        self._books = books
        self._path = path
        self._clock = clock
        self._sales = sales
        self._wishes = wishes
        self._last_bar = last_bar
        self._usual_profit = usual_profit

    def propose(self, command: Propose) -> Answer:
        """Store a proposal; asked again under the same id, nothing more happens."""
        if self._wishes.is_taken(command.wish_id):
            return Answer()
        record = self._books.records.get(command.algorithm_id)
        if record is None:
            return refused(Refusal.NOT_FOUND, f"There is no algorithm {command.algorithm_id}.")
        wrong = _why_wrong(command)
        if wrong:
            return refused(Refusal.INVALID, wrong)
        obstacle = _why_not_of(record) or self._why_not_now(command)
        if obstacle:
            return refused(Refusal.CONFLICT, obstacle)
        stored = self._book.add(
            self._proposal(command, record),
            dedupe_key=f"wish:{command.wish_id}" if command.wish_id else None,
            also=lambda connection: self._wishes.take(connection, command.wish_id),
        )
        return Answer({"id": stored.id, "expires_at": stored.expires_at})

    def approve(self, command: ApproveSignal) -> Answer:
        """Make a proposal an order now; what a rule of ours denies goes on waiting, and the answer says why."""
        proposal = self._book.find(command.signal_id)
        if proposal is None:
            return refused(Refusal.NOT_FOUND, f"There is no proposal {command.signal_id}.")
        obstacle = self._why_not_approved(proposal)
        if obstacle:
            return refused(Refusal.CONFLICT, obstacle)
        signal = self._signal(proposal)
        self._book.begin_approval()
        prices = {} if signal.price is None else {signal.symbol: signal.price}
        [decision] = self._path.handle_owners([signal], self._books.snapshot(prices), signal.minute)
        if decision.outcome is Outcome.DENIED:
            return refused(Refusal.CONFLICT, _denied_words(decision))
        self._book.take_off(proposal)
        return self._ordered(proposal, decision)

    def reject(self, command: RejectSignal) -> Answer:
        """End a proposal for good."""
        proposal = self._book.find(command.signal_id)
        if proposal is None:
            return refused(Refusal.NOT_FOUND, f"There is no proposal {command.signal_id}.")
        if proposal.status is not SignalStatus.PENDING:
            return refused(Refusal.CONFLICT, _over_words(proposal))
        reason = plain_line(command.reason, longest=LONGEST_REASON) or REJECTED
        self._book.end(proposal, SignalStatus.REJECTED, reason)
        return Answer({"id": proposal.id, "status": str(SignalStatus.REJECTED)})

    def _why_not_now(self, command: Propose) -> str | None:
        waiting = self._book.waiting
        if len(waiting) >= MOST_WAITING:
            return f"{len(waiting)} proposals wait already: let the owner approve or reject some of them first."
        same = (command.algorithm_id, command.action, command.shares)
        known = next((each for each in waiting if (each.algorithm_id, each.action, each.shares) == same), None)
        return f"The same is proposed already: it waits as number {known.id}." if known else None

    def _why_not_approved(self, proposal: Proposal) -> str | None:
        if proposal.status is not SignalStatus.PENDING:
            return _over_words(proposal)
        if self._clock.now() >= proposal.expires_at:
            self._book.run_due()
            return f"Proposal {proposal.id} {OVER[SignalStatus.EXPIRED]}."
        record = self._books.records[proposal.algorithm_id]
        if record.ticker != proposal.symbol:
            return f"Algorithm {record.id} trades {record.ticker} now: reject the proposal."
        return _why_not_of(record) or (None if self._sales.is_open_now() else MARKET_CLOSED)

    def _proposal(self, command: Propose, record: AlgorithmRecord) -> Proposal:
        bar = self._last_bar(record.ticker)
        return Proposal(
            id=0,
            source=command.source,
            algorithm_id=record.id,
            strategy=record.name,
            symbol=record.ticker,
            action=command.action,
            shares=command.shares,
            created_at=self._now(),
            confidence=command.confidence,
            expected_profit=self._usual_profit(record.ticker),
            reason=plain_line(command.reason, longest=LONGEST_REASON),
            price=bar[1] if bar else None,
            metadata=command.metadata,
        )

    def _signal(self, proposal: Proposal) -> TradingSignal:
        bar = self._last_bar(proposal.symbol)
        return TradingSignal(
            algorithm_id=proposal.algorithm_id,
            strategy=proposal.strategy,
            symbol=proposal.symbol,
            minute=int(self._now().timestamp() // MINUTE) * MINUTE,
            action=proposal.action,
            shares=proposal.shares,
            reason=proposal.reason,
            last_bar_ts=bar[0] if bar else None,
            price=bar[1] if bar else None,
            confidence=proposal.confidence,
            expected_profit=proposal.expected_profit,
            metadata=dict(proposal.metadata),
            source=proposal.source,
            proposal_id=proposal.id,
        )

    def _ordered(self, proposal: Proposal, decision: Decision) -> Answer:
        now = self._book.find(proposal.id) or proposal
        order = self._books.find(decision.client_order_id or "")
        return Answer(
            {
                "id": proposal.id,
                "status": str(now.status),
                "client_order_id": decision.client_order_id,
                "shares": decision.qty,
                "order_status": str(order.status) if order else None,
                "reason": (order.reject_reason if order else None) or decision.reason,
            }
        )

    def _now(self) -> datetime:
        return self._clock.now()


def _why_wrong(command: Propose) -> str | None:
    """Return what is wrong with a proposal whatever the state of trading, None when it makes sense."""
    if command.source not in (Source.AI, Source.MANUAL) or command.action not in (Action.BUY, Action.SELL):
        return "Propose to buy or to sell, as 'ai' or 'manual'."
    if not command.shares.is_finite() or not ZERO < command.shares <= MOST_SHARES:
        return f"Propose between 1 and {MOST_SHARES} shares."
    if command.shares != int(command.shares):
        return "Propose whole shares."
    if command.confidence is not None and not 0 <= command.confidence <= 1:
        return "The confidence is a number from 0 to 1."
    if len(command.reason) > LONGEST_REASON:
        return f"The reason may have {LONGEST_REASON} characters."
    return None if _is_small(command) else f"The metadata must be JSON of at most {LONGEST_METADATA} characters."


def _is_small(command: Propose) -> bool:
    try:
        return len(json.dumps(dict(command.metadata), allow_nan=False)) <= LONGEST_METADATA
    except (ValueError, TypeError, RecursionError):
        return False


def _why_not_of(record: AlgorithmRecord) -> str | None:
    if record.status is AlgorithmStatus.RUNNING:
        return None
    return f"Algorithm {record.id} is not running (it is {record.status}), so nothing can be ordered for it."


def _over_words(proposal: Proposal) -> str:
    return f"Proposal {proposal.id} {OVER.get(proposal.status, 'was approved already')}."


def _denied_words(decision: Decision) -> str:
    if decision.gate == "HALTED":
        return HALTED
    return f"It is not ordered, and goes on waiting: {decision.reason}."
