"""The snapshot: the frozen state of the books that one minute is judged on."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from system_databse.algorithm_record import AlgorithmRecord
from system_databse.order import Order
from system_databse.position import Position


@dataclass(frozen=True, slots=True)
class AlgorithmView:
    """One algorithm as the books see it.

    position: its own ticker's. working: orders that may trade. decided_until: its newest decided minute, 0 before
    the first.
    """

    record: AlgorithmRecord
    cash: Decimal
    position: Position
    working: tuple[Order, ...]
    decided_until: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """State after the last commit. prices: last final close by symbol."""

    minute: int
    algorithms: Mapping[int, AlgorithmView]
    prices: Mapping[str, float]
