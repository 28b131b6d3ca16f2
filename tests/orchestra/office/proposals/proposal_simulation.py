"""The restless owner's simulation with proposals in it: made, approved, approved again, rejected, left to expire."""

import sqlite3
from decimal import Decimal
from pathlib import Path

from orchestra.messages.commands import ApproveSignal, Propose, RejectSignal
from orchestra.office.control.wish_book import WishBook
from orchestra.office.proposals.proposal_book import ProposalBook
from orchestra.office.proposals.proposal_counter import ProposalCounter
from system_databse.trading_signal import Action
from tests.orchestra.execution.order_path import new_file
from tests.orchestra.execution.order_simulation import Outcome
from tests.orchestra.office.owner_simulation import OwnerSimulation

PROPOSE, APPROVE, REJECT = 0.05, 0.2, 0.02
# Stage and outcome that must be there, and what the order must be, for each state a proposal may end in.
WRONG_ENDS = (
    "SELECT 'was ordered and is ' || s.status, s.id FROM signals s JOIN orders o ON o.signal_id = s.id"
    " WHERE s.signal_type IS NOT NULL AND s.status NOT IN('ORDERED', 'EXECUTED', 'FAILED')"
    " UNION ALL SELECT 'was ordered twice', signal_id FROM orders WHERE signal_id IS NOT NULL GROUP BY signal_id"
    " HAVING COUNT(*) > 1"
    " UNION ALL SELECT 'is ' || s.status || ' without an order', s.id FROM signals s WHERE s.signal_type IS NOT NULL"
    " AND s.status IN('ORDERED', 'EXECUTED', 'FAILED') AND s.id NOT IN(SELECT signal_id FROM orders"
    " WHERE signal_id IS NOT NULL)"
    " UNION ALL SELECT 'is ' || s.status || ' and its order ' || o.status || ' of ' || o.filled_qty, s.id"
    " FROM signals s JOIN orders o ON o.signal_id = s.id WHERE s.signal_type IS NOT NULL AND s.status <> CASE"
    " WHEN o.status NOT IN('FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'DENIED') THEN 'ORDERED'"
    " WHEN CAST(o.filled_qty AS REAL) > 0 THEN 'EXECUTED' ELSE 'FAILED' END"
    " UNION ALL SELECT 'was never approved', o.signal_id FROM orders o JOIN signals s ON s.id = o.signal_id"
    " WHERE s.signal_type IS NOT NULL AND NOT EXISTS(SELECT 1 FROM signal_decisions d WHERE d.signal_id = s.id"
    " AND d.stage = 'OWNER' AND d.outcome = 'APPROVED')"
)


class ProposalSimulation(OwnerSimulation):
    """An owner to whom things are proposed, at any moment, on the same bad line, in a program that crashes anywhere."""

    book: ProposalBook | None = None
    counter: ProposalCounter | None = None
    approved = 0

    def _start(self) -> None:
        if self.path is not None:
            return
        super()._start()
        path, sales = self.standing(), self.sales
        assert sales is not None
        self.book = ProposalBook(path.store, self.clock, publish=lambda _event: None)
        self.counter = ProposalCounter(
            self.book,
            path.books,
            self,
            clock=self.clock,
            sales=sales,
            wishes=WishBook(path.store, self.clock),
            last_bar=lambda _symbol: (int(self.clock.seconds) // 60 * 60 - 60, 100.0),
            usual_profit=lambda _symbol: None,
        )

    def _act(self) -> None:
        super()._act()
        assert self.book is not None
        assert self.counter is not None
        self.book.run_due()
        for id_ in list(self.standing().books.records):
            if self.chance.random() < PROPOSE:
                action = self.chance.choice([Action.BUY, Action.SELL])
                self.counter.propose(Propose(id_, action, Decimal(self.chance.randrange(1, 9))))
        for proposal in self.book.waiting:
            rolled = self.chance.random()
            if rolled < APPROVE:
                answer = self.counter.approve(ApproveSignal(proposal.id))
                self.approved += answer.refusal is None
                assert self.counter.approve(ApproveSignal(proposal.id)).refusal is not None or answer.refusal
            elif rolled < APPROVE + REJECT:
                self.counter.reject(RejectSignal(proposal.id))


def run_proposal_seed(seed: int, folder: Path) -> tuple[Outcome, ProposalSimulation]:
    """Run one seed; a proposal whose end does not follow from its order is a violation too."""
    template = folder / "template.db"
    if not template.exists():
        new_file(template)
    file = folder / f"{seed}.db"
    simulation = ProposalSimulation(seed, template, file)
    outcome = simulation.run()
    with sqlite3.connect(file) as connection:
        wrong = connection.execute(WRONG_ENDS).fetchall()
    outcome.violations.extend(f"proposal {id_} {words}" for words, id_ in wrong)
    for leftover in folder.glob(f"{seed}.db*"):
        leftover.unlink()
    return outcome, simulation
