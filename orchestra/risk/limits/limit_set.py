"""The limits in force, by what they limit and whom."""

from collections.abc import Iterable
from decimal import Decimal

from system_databse.control.limit import LOSSES, Limit, LimitName


class LimitSet:
    """Look limits up. An algorithm of None means all of them together."""

    def __init__(self, limits: Iterable[Limit] = ()) -> None:
        self._values = {(limit.name, limit.algorithm_id): limit.value for limit in limits}

    def __bool__(self) -> bool:
        """Say whether anything is limited."""
        return bool(self._values)

    def value(self, name: LimitName, algorithm_id: int | None) -> Decimal | None:
        """Return the limit, None where there is none."""
        return self._values.get((name, algorithm_id))

    @property
    def loss_owners(self) -> list[int | None]:
        """Return whose losses are limited."""
        return sorted({owner for name, owner in self._values if name in LOSSES}, key=lambda owner: owner or 0)
