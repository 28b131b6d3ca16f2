"""The planetary K-index as of a second: the highest reading of the three hours under way and the three before.

In: samples as they were stored. Out: one figure, or why there is none. Thread: any.

NOAA's estimate begins anew near zero at each three hours of UTC, so its newest reading alone would miss a storm, and
now and then it is a false 0.0: hence the highest of two windows. What is judged is what was known by then: a reading is
known once what it tells of is over and, where this program fetched it, once it had come; so every world sees the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from database.bar import MINUTE
from database.timestamps import iso_minute

WINDOW = 3 * 60 * MINUTE
HIGHEST = 9.0
NOTHING_MEASURED = "nothing was measured of late"


class Source(StrEnum):
    """What a row tells: a reading of a minute or of three hours, or how a look-up went."""

    ONE_MINUTE = "noaa_1m"
    THREE_HOURS = "noaa_3h"
    FAILED = "failed"
    ANSWERED = "answered"


SPANS = {Source.ONE_MINUTE: MINUTE, Source.THREE_HOURS: WINDOW}
# From its start on. A minute's reading is old after half an hour; one of three hours is the newest there is until the
# three hours after it are over.
LIFETIMES = {Source.ONE_MINUTE: 30 * MINUTE, Source.THREE_HOURS: 2 * WINDOW}


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading, or the mark of a look-up. ts: epoch seconds at which what it tells of begins.

    fetched_at: when it came to this program; None where it was recorded elsewhere.
    """

    ts: int
    source: Source
    kp: float | None = None
    estimated_kp: float | None = None
    fetched_at: int | None = None

    @property
    def value(self) -> float | None:
        """Return the estimate; where there is none, or a zero, the index itself."""
        return self.estimated_kp or self.kp

    @property
    def known_at(self) -> int:
        """Return from which second on it may be used."""
        return max(self.ts + SPANS.get(self.source, 0), self.fetched_at or 0)


@dataclass(frozen=True, slots=True)
class KIndex:
    """The index, None while it is not known. newest: start of the newest reading; why: why it is not known."""

    value: float | None
    newest: int | None = None
    why: str = ""


def windows_before(at: int) -> int:
    """Return where the window before the one of that second begins."""
    return at - at % WINDOW - WINDOW


def k_index_at(samples: Iterable[Sample], at: int) -> KIndex:
    """Return the index as it was known at the second. samples: those of the two windows at least."""
    known = [sample for sample in samples if sample.known_at <= at]
    told = [each for each in known if each.value is not None and windows_before(at) <= each.ts < at]
    newest = max((each.ts for each in told), default=None)
    last = max(known, key=lambda each: (each.known_at, each.source is not Source.FAILED), default=None)
    if last is not None and last.source is Source.FAILED:
        return KIndex(None, newest, f"it could not be asked for at {iso_minute(last.known_at)}")
    if newest is None:
        return KIndex(None, None, NOTHING_MEASURED)
    if not any(at <= each.ts + LIFETIMES[each.source] for each in told):
        return KIndex(None, newest, f"its newest reading ({iso_minute(newest)}) is too old")
    return KIndex(max(each.value or 0.0 for each in told), newest)
