"""The rows of a backtest's decisions, and where they go: in batches, equal holds of a session as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """As a row of `decisions`: minute..until_minute said the same; shares a whole number as text."""

    algorithm_id: int
    minute: int
    until_minute: int
    action: str
    shares: str
    reason: str
    outcome: str
    gate: str | None = None
    client_order_id: str | None = None
    saw: Mapping[str, Any] = field(default_factory=dict)


class DecisionSink(Protocol):
    """Whoever keeps decisions: a file, a comparison."""

    def take(self, rows: Sequence[DecisionRow]) -> None:
        """Keep these rows; those of one algorithm come in order of minutes."""

    def restart(self) -> None:
        """Forget every row: the run begins anew."""
