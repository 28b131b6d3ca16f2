"""What the owner prefers: time zone, when the screen dims, locks and goes off, what a fourth day trade leads to.

In: values by name, as the page sends them. Out: Preferences, or in words why a value is none.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from system_databse.day_trades.day_trade_terms import EQUITY_THRESHOLD, MOST_DAY_TRADES, DayTradePolicy

SCALES = (100, 125, 150, 175, 200)
LONGEST_MINUTES = 24 * 60
MOST_EQUITY = 1_000_000_000
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+){0,2}")
HOURS = {"screen_off": "the hours with the screen off", "locked_hours": "the locked hours"}
MINUTES = {"dim_minutes": "the minutes until the screen dims", "lock_minutes": "the minutes until it locks"}


@dataclass(frozen=True, slots=True)
class Preferences:
    """Every preference. Minutes of 0: never. Hours: (from, to) as 22:00 of the owner's time zone, None for none.

    scale: of the machine's own screen, in percent. locked_hours: then an act needs the PIN of the last five minutes,
    and the machine's own screen locks after a minute without a touch. day_trade_policy: off, advisory or enforce;
    day_trade_protective_exits: whether a stop goes ahead although no day trade is left. day_trade_equity_threshold: the
    dollars of equity from which on nothing limits day trades. day_trade_min_scores: the least score of an entry that
    reserves a day trade, with one, two, three left.
    """

    timezone: str = "America/New_York"
    dim_minutes: int = 3
    lock_minutes: int = 15
    scale: int = 100
    screen_off: tuple[str, str] | None = None
    locked_hours: tuple[str, str] | None = None
    day_trade_policy: str = str(DayTradePolicy.ADVISORY)
    day_trade_protective_exits: bool = True
    day_trade_equity_threshold: int = EQUITY_THRESHOLD
    day_trade_min_scores: tuple[float, ...] = (0.0,) * MOST_DAY_TRADES

    def is_locked_at(self, moment: datetime) -> bool:
        """Say whether the moment, UTC-aware, lies in the locked hours."""
        if self.locked_hours is None:
            return False
        start, end = self.locked_hours
        time = f"{moment.astimezone(ZoneInfo(self.timezone)):%H:%M}"
        return start <= time < end if start < end else time >= start or time < end

    def to_values(self) -> dict[str, object]:
        """Return JSON values; hours are {from, to}."""
        values: dict[str, object] = asdict(self)
        for name in HOURS:
            hours = getattr(self, name)
            values[name] = {"from": hours[0], "to": hours[1]} if hours else None
        return values

    def with_values(self, values: Mapping[str, object]) -> "Preferences":
        """Return these with other values in place of some; they are good ones, see `why_not`."""
        read = {name: _read(value) for name, value in values.items() if name in NAMES}
        return replace(self, **read)  # type: ignore[arg-type]  # why_not has seen to the types


NAMES = tuple(field.name for field in fields(Preferences))


def why_not(name: str, value: object) -> str | None:
    """Return in words why this cannot be preferred, None when it can."""
    if name == "timezone":
        is_zone = isinstance(value, str) and _is_zone(value)
        return None if is_zone else "'timezone' must be the name of a time zone, such as America/New_York."
    if name == "scale":
        is_scale = _is_whole(value) and value in SCALES
        return None if is_scale else f"'scale' must be one of {', '.join(map(str, SCALES))} percent."
    if name in DAY_TRADES:
        is_good, words = DAY_TRADES[name]
        return None if is_good(value) else f"'{name}' must be {words}."
    if name in MINUTES:
        is_span = _is_whole(value) and 0 <= value <= LONGEST_MINUTES  # type: ignore[operator]  # it is a number
        return None if is_span else f"'{name}' must be a whole number from 0, for never, to {LONGEST_MINUTES}."
    if name in HOURS:
        return None if value is None or _are_hours(value) else f"'{name}' must be two different times, from and to."
    return f"'{name}' is no preference: send one of {', '.join(NAMES)}."


def read_stored(text: str | None) -> dict[str, object]:
    """Return the values a database holds; one that this version cannot use counts as never chosen."""
    try:
        values = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(values, dict):
        return {}
    return {name: value for name, value in values.items() if why_not(name, value) is None}


def _read(value: object) -> object:
    if isinstance(value, dict):
        return value["from"], value["to"]
    return tuple(value) if isinstance(value, list) else value


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_zone(name: str) -> bool:
    if not ZONE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _are_hours(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != {"from", "to"}:
        return False
    start, end = value["from"], value["to"]
    are_times = all(isinstance(each, str) and HOUR.fullmatch(each) for each in (start, end))
    return are_times and start != end


def _is_policy(value: object) -> bool:
    return isinstance(value, str) and value in set(DayTradePolicy)


def _is_equity(value: object) -> bool:
    return _is_whole(value) and 0 <= value <= MOST_EQUITY  # type: ignore[operator]  # it is a number


def _are_scores(value: object) -> bool:
    return isinstance(value, list) and len(value) == MOST_DAY_TRADES and all(map(_is_score, value))


def _is_score(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


# Which value is a good one, and how to say so.
DAY_TRADES: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "day_trade_policy": (_is_policy, f"one of {', '.join(DayTradePolicy)}"),
    "day_trade_protective_exits": (lambda value: isinstance(value, bool), "true or false"),
    "day_trade_equity_threshold": (_is_equity, f"a whole number of dollars from 0 to {MOST_EQUITY}"),
    "day_trade_min_scores": (_are_scores, "three numbers from 0 to 1, with one, two and three day trades left"),
}
