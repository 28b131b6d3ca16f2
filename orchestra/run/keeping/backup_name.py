"""Names of backups, and which of them are kept.

In: names. Out: names. Thread: any; a pure function of the names alone.
A name is a number and a moment, 000042-20261126T141500Z. The number says which is newer, whatever the clock of a
machine that boots in the past has said meanwhile; the moment says which quarter of an hour, day and month it is for.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

QUARTER_HOURS, DAYS, MONTHS = 8, 14, 12
_FORM = re.compile(r"([0-9]{6,})-([0-9]{8}T[0-9]{6}Z)")
_MOMENT = "%Y%m%dT%H%M%SZ"
_QUARTER_MINUTES = 15


@dataclass(frozen=True, slots=True, order=True)
class BackupName:
    """One backup. number: rises with every backup of a folder; at: UTC, when it was made."""

    number: int
    at: datetime

    def __str__(self) -> str:
        """Return the name of its folder."""
        return f"{self.number:06d}-{stamp(self.at)}"


def stamp(at: datetime) -> str:
    """Return a UTC moment as names spell it."""
    return at.astimezone(UTC).strftime(_MOMENT)


def read_name(text: str) -> BackupName | None:
    """Return the backup of that name, None for any other text."""
    found = _FORM.fullmatch(text)
    try:
        return found and BackupName(int(found[1]), datetime.strptime(found[2], _MOMENT).replace(tzinfo=UTC))
    except ValueError:
        return None


def next_name(names: Iterable[BackupName], now: datetime) -> BackupName:
    """Return the name of the backup that is made now; its moment has whole seconds."""
    newest = max((name.number for name in names), default=0)
    return BackupName(newest + 1, now.astimezone(UTC).replace(microsecond=0))


def kept(names: Iterable[BackupName]) -> set[BackupName]:
    """Return the backups to keep: the newest of the last 8 quarter hours, 14 days and 12 months that have one.

    Counted and not dated: after a month in a drawer the last two weeks before it are still there.
    """
    ordered = sorted(names, reverse=True)
    return {
        *_newest_of_each(ordered, _quarter_hour, QUARTER_HOURS),
        *_newest_of_each(ordered, lambda at: (at.year, at.month, at.day), DAYS),
        *_newest_of_each(ordered, lambda at: (at.year, at.month), MONTHS),
    }


def _newest_of_each(
    newest_first: list[BackupName], span: Callable[[datetime], tuple[int, ...]], count: int
) -> list[BackupName]:
    newest: dict[tuple[int, ...], BackupName] = {}
    for name in newest_first:
        newest.setdefault(span(name.at), name)
    return list(newest.values())[:count]


def _quarter_hour(at: datetime) -> tuple[int, ...]:
    return (at.year, at.month, at.day, at.hour, at.minute // _QUARTER_MINUTES)
