"""What was decided, minute after minute: equal holds of a session become one row, rows leave in batches.

In: holds and judged decisions of each algorithm. Out: DecisionRows to a sink, counts for the result. Thread: one.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from database.bar import MINUTE
from orchestra.backtest.played import Told
from orchestra.backtest.walk.decision_row import DecisionRow, DecisionSink
from system_databse.decision import Decision
from system_databse.trading_signal import Outcome

BATCH = 2_000
# Reasons that carry figures differ every minute; beyond so many of them only their number is of interest.
MOST_REASONS = 500
OTHER_REASONS = "(other reasons)"
HELD = str(Outcome.HELD)

# The fields of Told, in order; a tuple, because it is looked up with every order.
_Said = tuple[int, str, str, str | None, str]


class DecisionLog:
    """Count everything, keep rows for a sink if there is one.

    reasons, rejections: why an order was wanted, and refused by the broker, by client order id.
    """

    def __init__(self, sink: DecisionSink | None) -> None:
        self._sink = sink
        if sink is not None:
            sink.restart()
        self._rows: list[DecisionRow] = []
        self._told: dict[_Said, int] = {}
        self.outcomes: Counter[str] = Counter()
        self.gates: Counter[str] = Counter()
        self.reasons: dict[str, str] = {}
        self.rejections: dict[str, str] = {}

    @property
    def wants_rows(self) -> bool:
        """Tell whether anybody reads more than the counts."""
        return self._sink is not None

    def hold(self, algorithm_id: int, minute: int, *, until: int, reason: str, saw: Mapping[str, Any]) -> None:
        """Take note of holds from `minute` until `until`, both included, that said the same."""
        self._count((algorithm_id, "hold", HELD, None, reason), (until - minute) // MINUTE + 1)
        if self._sink is not None:
            self._add(DecisionRow(algorithm_id, minute, until, "hold", "0", reason, HELD, saw=saw))

    def judged(self, decision: Decision, *, client_order_id: str | None = None) -> None:
        """Take note of what became of a wish to trade, or of a turn without an answer."""
        signal, gate = decision.signal, decision.gate
        action, outcome = str(signal.action), str(decision.outcome)
        self._count((signal.algorithm_id, action, outcome, gate, decision.reason), 1)
        if gate is not None:
            self.gates[gate] += 1
        if client_order_id is not None:
            self.reasons[client_order_id] = decision.reason
        if self._sink is not None:
            self._add(
                DecisionRow(
                    signal.algorithm_id,
                    signal.minute,
                    signal.minute,
                    action,
                    str(signal.shares),
                    decision.reason,
                    outcome,
                    gate=gate,
                    client_order_id=client_order_id,
                    saw=signal.saw,
                )
            )

    def rejected(self, client_order_id: str, refusal: str) -> None:
        """Take note that the broker refused an order."""
        self.rejections[client_order_id] = refusal

    def flush(self) -> None:
        """Hand over what is left."""
        if self._sink is not None and self._rows:
            self._sink.take(self._rows)
            self._rows = []

    @property
    def told(self) -> Counter[Told]:
        """Return how many minutes said what."""
        return Counter({Told(*said): minutes for said, minutes in self._told.items()})

    def _add(self, row: DecisionRow) -> None:
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self.flush()

    def _count(self, said: _Said, minutes: int) -> None:
        self.outcomes[said[2]] += minutes
        if said not in self._told and len(self._told) >= MOST_REASONS:
            said = (*said[:4], OTHER_REASONS)
        self._told[said] = self._told.get(said, 0) + minutes
