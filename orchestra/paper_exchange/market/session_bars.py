"""Bars of a long range, made session by session while somebody reads them: two years need no more room than a day."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import overload

from database.bar import Bar
from database.calendar_manager import Session
from orchestra.paper_exchange.market.story.trading_day import TradingDay


class SessionBars(Sequence[Bar]):
    """The bars with start <= ts < end, ascending; reading the ends or going through is cheap, the length is not."""

    def __init__(
        self, day_of: Callable[[Session], TradingDay], sessions: Sequence[Session], *, start: int, end: int
    ) -> None:
        self._day_of = day_of
        self._sessions = sessions
        self._start, self._end = start, end

    def __iter__(self) -> Iterator[Bar]:
        for session in self._sessions:
            yield from self._day_of(session).bars(self._start, self._end)

    def __reversed__(self) -> Iterator[Bar]:
        for session in reversed(self._sessions):
            yield from self._day_of(session).bars_back(self._start, self._end)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    def __len__(self) -> int:
        return self._counts[-1] if self._counts else 0

    @overload
    def __getitem__(self, index: int) -> Bar: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Bar]: ...
    def __getitem__(self, index: int | slice) -> Bar | Sequence[Bar]:
        """Return one bar, or a list of them."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        found = next(iter(self), None) if index == 0 else next(reversed(self), None) if index == -1 else self._at(index)
        if found is None:
            raise IndexError("there is no such bar")
        return found

    @cached_property
    def _counts(self) -> list[int]:
        return list(accumulate(self._day_of(session).count(self._start, self._end) for session in self._sessions))

    def _at(self, index: int) -> Bar | None:
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            return None
        number = bisect_right(self._counts, place)
        before = self._counts[number - 1] if number else 0
        return list(self._day_of(self._sessions[number]).bars(self._start, self._end))[place - before]
