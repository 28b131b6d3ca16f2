"""Lengths of bars, and where each begins: 1 to 59 minutes, 1 to 23 hours, a day, a week, 1 to 12 months.

Bars of minutes begin at the whole hour, bars of hours and longer ones at New York's midnight (market-data reference,
"timeframe"). A week begins on Monday, months are counted from January.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from orchestra.paper_exchange.tape.new_york import midnight, new_york_day

HOUR = 3600
SPELLING = re.compile(r"(\d{1,2})(Min|T|Hour|H|Day|D|Week|W|Month|M)")


class Unit(StrEnum):
    """What a timeframe counts."""

    MINUTE = "Min"
    HOUR = "Hour"
    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"


UNITS = {"T": Unit.MINUTE, "H": Unit.HOUR, "D": Unit.DAY, "W": Unit.WEEK, "M": Unit.MONTH}
COUNTS = {
    Unit.MINUTE: range(1, 60),
    Unit.HOUR: range(1, 24),
    Unit.DAY: (1,),
    Unit.WEEK: (1,),
    Unit.MONTH: (1, 2, 3, 4, 6, 12),
}


@dataclass(frozen=True, slots=True)
class Timeframe:
    """A length of bars."""

    count: int
    unit: Unit

    @classmethod
    def read(cls, text: str) -> "Timeframe":
        """Return the timeframe of a text like 5Min or 1D. Raises ValueError for any other."""
        match = SPELLING.fullmatch(text)
        if match is None:
            raise ValueError(text)
        count, unit = int(match[1]), UNITS.get(match[2]) or Unit(match[2])
        if count not in COUNTS[unit]:
            raise ValueError(text)
        return cls(count, unit)

    @property
    def is_intraday(self) -> bool:
        """Tell whether a bar lies within one day."""
        return self.unit in {Unit.MINUTE, Unit.HOUR}

    def bar_start(self, ts: int, day_start: int) -> int:
        """Return the start of the intraday bar that a second belongs to. day_start: midnight of its day."""
        length = self.count * (HOUR if self.unit is Unit.HOUR else 60)
        origin = day_start if self.unit is Unit.HOUR else ts - ts % HOUR
        return origin + (ts - origin) // length * length

    def period_start(self, day: date) -> date:
        """Return the first date of the day, week or months that a date belongs to."""
        if self.unit is Unit.WEEK:
            return day - timedelta(days=day.weekday())
        if self.unit is Unit.MONTH:
            return date(day.year, (day.month - 1) // self.count * self.count + 1, 1)
        return day

    def next_period(self, start: date) -> date:
        """Return the first date of the period after the one that begins at start."""
        if self.unit is not Unit.MONTH:
            return start + timedelta(days=7 if self.unit is Unit.WEEK else 1)
        years, month = divmod(start.month - 1 + self.count, 12)
        return date(start.year + years, month + 1, 1)

    def first_period(self, start: int) -> date:
        """Return the first period that begins at the second or later."""
        period = self.period_start(new_york_day(start))
        return period if midnight(period) >= start else self.next_period(period)


ONE_MINUTE = Timeframe(1, Unit.MINUTE)
