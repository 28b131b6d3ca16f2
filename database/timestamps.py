"""The two spellings of time that leave the code: ISO-Z text to the second and to the millisecond."""

from collections.abc import Iterable
from datetime import UTC, datetime

_SECONDS_A_DAY = 86_400
_CLOCK = [f"{minute // 60:02}:{minute % 60:02}:00Z" for minute in range(_SECONDS_A_DAY // 60)]


def iso_minute(ts: int) -> str:
    """Return epoch seconds as `2026-11-20T14:30:00Z`, the spelling of the algorithm contract."""
    return datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_milliseconds(moment: datetime) -> str:
    """Return an aware datetime as `2026-11-20T14:30:00.000Z`, the spelling of the system database."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: str) -> datetime:
    """Return the aware datetime of an RFC 3339 text; nanoseconds are cut to microseconds.

    Raises ValueError when the text is no time or carries no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it with Z or an offset.")
    return moment


def iso_minutes(times: Iterable[int]) -> list[str]:
    """Return whole minutes, epoch seconds, as `iso_minute` spells each; quick where many are of one day."""
    texts, day, prefix = [], -1, ""
    for ts in times:
        of_day, second = divmod(ts, _SECONDS_A_DAY)
        if of_day != day:
            day, prefix = of_day, datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%dT")
        texts.append(prefix + _CLOCK[second // 60])
    return texts


def iso_span(start: int, count: int) -> list[str]:
    """Return `count` minutes in a row from `start`, epoch seconds, as `iso_minute` spells each."""
    first = start % _SECONDS_A_DAY // 60
    if first + count > len(_CLOCK):
        return iso_minutes(range(start, start + 60 * count, 60))
    prefix = datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT")
    return [prefix + clock for clock in _CLOCK[first : first + count]]
