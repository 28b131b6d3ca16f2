"""Differences between account and books: suspected at first sight, believed when seen again.

In: what the account holds and our books say of a symbol, look after look. Out: the symbols in which nothing may be
bought, and which difference has just been confirmed. Thread: engine.

A fill may be in the account before it is in the books, so one look proves nothing; but it is reason enough to wait.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

CONFIRM_SECONDS = 30.0


class Difference(NamedTuple):
    """What the account holds of a symbol, and what our books say."""

    account_qty: Decimal
    expected_qty: Decimal

    @property
    def unexplained(self) -> Decimal:
        """Return how many shares the account has more than the books."""
        return self.account_qty - self.expected_qty


@dataclass(frozen=True, slots=True)
class _Sighting:
    difference: Difference
    since: float
    is_confirmed: bool = False


class DifferenceWatch:
    """Keep what differs. A difference thaws by itself when the numbers agree again; nothing is traded for it."""

    def __init__(self) -> None:
        self._seen: dict[str, _Sighting] = {}

    @property
    def symbols(self) -> frozenset[str]:
        """Return the symbols that differ, suspected ones among them: nothing is bought in them."""
        return frozenset(self._seen)

    def is_confirmed(self, symbol: str) -> bool:
        """Say whether the symbol's difference was seen often enough to be believed."""
        return symbol in self._seen and self._seen[symbol].is_confirmed

    def is_due(self, now: float) -> bool:
        """Say whether a suspicion is old enough to be looked at again."""
        return any(not each.is_confirmed and now >= each.since + CONFIRM_SECONDS for each in self._seen.values())

    def look(self, symbol: str, difference: Difference, *, is_trading: bool, now: float) -> bool:
        """Take in one look at a symbol; say whether it has just confirmed a difference.

        is_trading: one of our orders works in it, and may be filling right now: nothing new is suspected then, and what
        was found before is not disproven. now: steady seconds.
        """
        known = self._seen.get(symbol)
        if not difference.unexplained:
            self._seen.pop(symbol, None)
            return False
        if is_trading:
            return False
        if known is None or known.difference.unexplained != difference.unexplained:
            self._seen[symbol] = _Sighting(difference, now)
            return False
        is_confirmed = known.is_confirmed or now >= known.since + CONFIRM_SECONDS
        self._seen[symbol] = replace(known, difference=difference, is_confirmed=is_confirmed)
        return is_confirmed and not known.is_confirmed
