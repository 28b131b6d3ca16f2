"""When a bar of a file starts, in all the spellings that are unmistakable.

In: ISO texts, numbers since 1970, datetimes. Out: epoch seconds. Thread: any.
"""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from database.bar import MINUTE
from database.files.refused_rows import Reason, RowRefused

# Seconds, thousandths, millionths or billionths since 1970, told apart by their size. Nothing before 1990 has a
# session, so that a day written 20110103 is never taken for a number of seconds.
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)
_YEAR_1990, _YEAR_2100 = 631_152_000, 4_102_444_800


class BarTimes:
    """Read times. zone: where clocks showed the times that name no zone; without it those are refused."""

    def __init__(self, zone: ZoneInfo | None = None) -> None:
        self._zone = zone

    def minute_start(self, value: Any) -> int:
        """Return the whole minute; raises RowRefused when it cannot be told, or is none."""
        seconds = self._epoch_seconds(value)
        if seconds % MINUTE:
            raise _no_minute(seconds)
        return seconds

    def _epoch_seconds(self, value: Any) -> int:
        if isinstance(value, str):
            value = value.strip()
            value = int(value) if value.isascii() and value.isdigit() and len(value) < 20 else _iso(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int):
            return _of_number(value)
        if isinstance(value, datetime):
            return self._of_datetime(value)
        raise _unreadable(value)

    def _of_datetime(self, moment: datetime) -> int:
        if moment.tzinfo is None:
            if self._zone is None:
                raise RowRefused(
                    Reason.ZONE, f"{moment.isoformat(' ')} names no time zone; say which one with --time-zone."
                )
            moment = moment.replace(tzinfo=self._zone)
        seconds = moment.timestamp()
        if not _YEAR_1990 <= seconds < _YEAR_2100:
            raise _unreadable(moment)
        if moment.microsecond:
            raise _no_minute(seconds)
        return int(seconds)


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone; raises ValueError when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError(name) from error


def _iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _unreadable(text) from None


def _of_number(number: int) -> int:
    for unit in _UNITS:
        if _YEAR_1990 * unit <= number < _YEAR_2100 * unit:
            if number % unit:
                raise _no_minute(number / unit)
            return number // unit
    raise _unreadable(number)


def _no_minute(seconds: float) -> RowRefused:
    return RowRefused(Reason.MINUTE, f"{datetime.fromtimestamp(seconds, UTC).isoformat(' ')} is no whole minute.")


def _unreadable(value: Any) -> RowRefused:
    return RowRefused(Reason.TIME, f"{str(value)[:40]!r} is no time like 2011-01-03T14:30:00Z or 1294065000.")
