"""The faults planted now, and how often each has struck.

Thread: any; one lock. With one seed and the same occasions the same of them are struck.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from orchestra.paper_exchange.wire.faults.fault import Fault, FaultKind, FaultTarget, Occasion


@dataclass(slots=True)
class Planted:
    """A fault at work. hits: how often it has struck."""

    id: int
    fault: Fault
    chance: random.Random
    hits: int = 0

    def strikes(self, occasion: Occasion) -> bool:
        """Tell whether the fault strikes now, and count it if so."""
        is_spent = self.fault.times is not None and self.hits >= self.fault.times
        if is_spent or not self.fault.strikes(occasion):
            return False
        if self.fault.probability is not None and self.chance.random() >= self.fault.probability:
            return False
        self.hits += 1
        return True


@dataclass(slots=True)
class FaultBoard:
    """All planted faults; of several that would strike, the one planted first does."""

    _planted: list[Planted] = field(default_factory=list)
    _healers: list[Callable[[], None]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _next_id: int = 1

    def plant(self, fault: Fault) -> int:
        """Add a fault and return its id."""
        with self._lock:
            number = self._next_id
            self._next_id += 1
            self._planted.append(Planted(number, fault, random.Random(fault.seed)))  # noqa: S311 - chosen by a test
            return number

    def planted(self) -> list[Planted]:
        """Return every planted fault, spent ones too."""
        with self._lock:
            return list(self._planted)

    def take(self, occasion: Occasion) -> Fault | None:
        """Return the fault that strikes now, if any."""
        with self._lock:
            struck = next((each for each in self._planted if each.strikes(occasion)), None)
        return struck.fault if struck else None

    def take_at_connecting(self, on: FaultTarget, *kinds: FaultKind) -> FaultKind | None:
        """Return the refusal that a new connection meets, if any."""
        fault = self.take(Occasion(on, frozenset(kinds)))
        return fault.kind if fault else None

    def heal_with(self, healer: Callable[[], None]) -> None:
        """Call this, too, when all faults are cleared."""
        self._healers.append(healer)

    def clear(self) -> None:
        """Remove every fault, and undo what lasts: mute and half-open connections speak again, delays end."""
        with self._lock:
            self._planted.clear()
        for heal in self._healers:
            heal()
