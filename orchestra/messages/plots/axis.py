"""Where an axis has its marks, and what stands beside them: round numbers, the beginnings of days, months, years.

In: the range of values, the moments of places. Out: ticks. Thread: any.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

VALUE_TICKS = 5
MOST_TIME_TICKS = 7
# Share of the width that a date needs for itself.
ROOM = 0.09
SMALLEST_SPAN = 1e-9


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and what is written there."""

    at: float
    text: str


def value_ticks(low: float, high: float, *, is_percent: bool = False) -> list[Tick]:
    """Return about five round numbers that enclose the range: steps of 1, 2 or 5 times a power of ten."""
    largest = max(abs(low), abs(high))
    # What differs less than a float can tell is level.
    span = high - low if high - low > SMALLEST_SPAN * max(largest, 1.0) else largest or 1.0
    span = max(span, SMALLEST_SPAN)
    rough = span / VALUE_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = max(first + 1, math.ceil(high / step - 1e-9))
    return [
        Tick(number * step, _written(number * step, step=step, is_percent=is_percent))
        for number in range(first, last + 1)
    ]


def time_ticks(moments: Sequence[datetime], *, is_daily: bool) -> list[Tick]:
    """Return where hours, days, weeks, months or years begin, whichever are few enough. is_daily: a place is a day."""
    levels = [(_begins(moments, key), spell) for key, spell in LEVELS[INTRADAY if is_daily else 0 :]]
    begins, spell = next((level for level in levels if len(level[0]) <= MOST_TIME_TICKS), levels[-1])
    shown: list[int] = []
    for at in reversed(begins):
        # What begins before the first place is the first to make room.
        if not shown or (shown[-1] - at) / len(moments) >= ROOM:
            shown.append(at)
    # The first place is seldom the beginning of its year.
    first = _month if spell is _year else spell
    return [Tick(float(at), (spell if at else first)(moments[at])) for at in reversed(shown)]


def day_ticks(days: Sequence[str]) -> list[Tick]:
    """Return the ticks of a curve that has a start and then a place for each day, an ISO date."""
    moments = [datetime.fromisoformat(day) for day in days]
    return time_ticks([moments[0], *moments], is_daily=True) if moments else []


def _begins(moments: Sequence[datetime], key: Callable[[datetime], Hashable]) -> list[int]:
    return [at for at, each in enumerate(moments) if at == 0 or key(each) != key(moments[at - 1])]


def _written(value: float, *, step: float, is_percent: bool) -> str:
    """Return a number with as many decimals as its step needs, under a true minus sign."""
    shown, of = (value * 100.0, step * 100.0) if is_percent else (value, step)
    decimals = max(0, -math.floor(math.log10(of) + 1e-9))
    text = f"{abs(shown):,.{decimals}f}{' %' if is_percent else ''}"
    return f"\N{MINUS SIGN}{text}" if value < 0 and float(f"{shown:.{decimals}f}") else text


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def _day(moment: datetime) -> str:
    return f"{moment:%b} {moment.day}"


def _month(moment: datetime) -> str:
    return f"{moment:%b %Y}"


def _year(moment: datetime) -> str:
    return f"{moment:%Y}"


# From fine to coarse: what stays the same between two ticks, and how a tick is written.
LEVELS: tuple[tuple[Callable[[datetime], Hashable], Callable[[datetime], str]], ...] = (
    (lambda moment: (moment.date(), moment.hour), _clock),
    (lambda moment: moment.date(), _day),
    (lambda moment: moment.isocalendar()[:2], _day),
    (lambda moment: (moment.year, moment.month), _month),
    (lambda moment: (moment.year, (moment.month - 1) // 3), _month),
    (lambda moment: moment.year, _year),
    (lambda moment: moment.year // 5, _year),
    (lambda moment: moment.year // 20, _year),
)
INTRADAY = 1
