"""The market data that algorithms read: the owner's contract, kept to the letter.

In: the world this process lives in, bound once at start. Out: bars in the shape of the contract.
Thread: any. Outside a running AutoTrader the current data directory is opened read-only; no database is created.
"""

import logging
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from database.bar import Bar, BarSource
from database.bars.current_directory import current_world
from database.bars.exact_average import average
from database.calendar_manager import MarketCalendar, Session
from database.errors import MarketDataError
from database.normaliser import epoch_seconds, make_bar
from database.shelter import sheltered
from database.timeframes.timeframe import Timeframe
from database.timestamps import iso_minute, parse_iso
from database.weather.k_index import KIndex

log = logging.getLogger(__name__)


class World(Protocol):
    """What the data functions need of the process's world: bars that may be seen now."""

    @property
    def calendar(self) -> MarketCalendar:
        """Return the sessions there are."""

    def last(
        self, symbol: str, count: int, *, before: int | None = None, timeframe: Timeframe = ...
    ) -> Sequence[Mapping[str, Any]]:
        """Return up to `count` visible bars that are over by `before`, ascending."""

    def between(
        self, symbol: str, start: int, end: int | None = None, *, timeframe: Timeframe = ...
    ) -> Sequence[Mapping[str, Any]]:
        """Return the visible bars with start <= ts < end."""

    def latest_price(self, symbol: str) -> float | None:
        """Return the newest visible price."""

    def space_weather(self, before: int | None = None) -> KIndex:
        """Return the K-index as it was known by then."""

    def store_bars(self, bars: Iterable[Bar]) -> int:
        """Store final bars and return how many rows changed."""


_LENGTHS = {str(timeframe): timeframe for timeframe in Timeframe}

_bound: World | None = None
_is_in_program = False
_forced_k_index: float | None = None


def bind(world: World) -> None:
    """Give this process its world; every data function answers from it."""
    global _bound
    _bound = world


def enter_program() -> None:
    """Say that this process has a market of its own: until it is bound there is nothing to see.

    Otherwise a strategy that reads at import would see the files of another run.
    """
    global _is_in_program
    _is_in_program = True


def force_k_index(value: float | None) -> None:
    """Answer every question about space weather with one K-index, for a test mode; None ends it."""
    global _forced_k_index
    _forced_k_index = value


def unbind() -> None:
    """Forget the world, at the end of the process or of a test."""
    global _bound
    _bound = None


def take_over(functions: Mapping[str, Callable[..., Any]]) -> None:
    """Put a backtest's own functions in the place of this module's, by name; none of them may be missing.

    A strategy imported from now on calls them without a detour: in a backtest the detour would take most of the time.
    """
    if functions.keys() != OWN_FUNCTIONS.keys():
        raise ValueError(f"a world that takes over answers {', '.join(OWN_FUNCTIONS)}, not {', '.join(functions)}")
    globals().update(functions)


def give_back() -> None:
    """Put this module's functions back into their place."""
    globals().update(OWN_FUNCTIONS)


@sheltered
def get_data_for_algorithm(
    ticker: str, requirement_type: str, *args: Any, **kwargs: Any
) -> Sequence[Mapping[str, Any]]:
    """Return visible bars, ascending: `{'timestamp': '...Z', 'ohlcv': {'o', 'h', 'l', 'c', 'v'}}`.

    requirement_type and what goes with it, by position or by name:
    'last_n_bars': n, before_timestamp=None (bars over by then); 'time_range': start, end (end excluded);
    'since': start; 'session': date. Times are ISO texts with a zone or aware datetimes.
    timeframe, by name: '1m', '5m', '15m', '30m', '1h', '4h' or '1d'. A longer bar is labelled by its start on the
    clock of New York, a day by its opening, and there is none before its last minute is over.
    An unknown ticker has no bars. Raises ValueError for arguments that cannot be meant.
    """
    read = _READS.get(requirement_type)
    if read is None:
        raise ValueError(f"requirement_type {requirement_type!r} is unknown; use one of {', '.join(_READS)}.")
    return read(ticker, *args, **kwargs)


@sheltered
def get_sma(
    ticker: str, n: int, before_timestamp: str | datetime | None = None, *, timeframe: str = "1m"
) -> float | None:
    """Return the simple moving average of the last n closes, None as long as there are fewer.

    It is exact to the last digit of the closes, so that equal averages are equal however they were added up.
    """
    closes = [bar["ohlcv"]["c"] for bar in _last_n_bars(ticker, n, before_timestamp, timeframe=timeframe)]
    return average(closes) if closes and len(closes) == n else None


@sheltered
def get_closes(
    ticker: str, n: int, before_timestamp: str | datetime | None = None, *, timeframe: str = "1m"
) -> list[float]:
    """Return the closes of the last n visible bars, ascending."""
    return [bar["ohlcv"]["c"] for bar in _last_n_bars(ticker, n, before_timestamp, timeframe=timeframe)]


@sheltered
def get_latest_price(ticker: str) -> float | None:
    """Return the newest visible price: the last final close or a later trade of the stream."""
    world = _world()
    return None if world is None else world.latest_price(ticker)


@sheltered
def get_session(moment: str | datetime) -> Session | None:
    """Return the trading session that a decision at that minute belongs to: `.day`, `.open` and `.close`.

    open and close are epoch seconds, on half days too. None while the market is closed.
    """
    world = _world()
    calendar = MarketCalendar() if world is None else world.calendar
    return calendar.session_for_decision(math.floor(_seconds(moment, "moment")))


@sheltered
def get_space_weather(before_timestamp: str | datetime | None = None) -> dict[str, Any]:
    """Return the planetary K-index, 0 to 9: `{'k_index': 7.33, 'timestamp': '...Z', 'why': ''}`.

    k_index: the highest reading of the three hours (UTC) under way and the three before, None while it is not known;
    why says in words why not, and "test mode" of an index that nobody measured. timestamp: of the newest reading, None
    without one.
    """
    if _forced_k_index is not None:
        return {"k_index": _forced_k_index, "timestamp": None, "why": "test mode"}
    world = _world()
    before = None if before_timestamp is None else math.floor(_seconds(before_timestamp, "before_timestamp"))
    found = KIndex(None, why="no market is here") if world is None else world.space_weather(before)
    newest = None if found.newest is None else iso_minute(found.newest)
    return {"k_index": found.value, "timestamp": newest, "why": found.why}


@sheltered
def insert_minute_data(  # noqa: PLR0917 - the contract
    ticker: str, timestamp: str | datetime | int, ohlcv: Mapping[str, Any], source: int = BarSource.STREAM
) -> bool:
    """Store one final minute and tell whether anything changed.

    Refused with a log line: impossible bars, minutes outside the session, times with seconds.
    """
    if _bound is None:
        log.warning("%s: no minute was stored, because AutoTrader is not running in this process", ticker)
        return False
    try:
        bar = make_bar(
            ticker,
            epoch_seconds(timestamp),
            open=float(ohlcv["o"]),
            high=float(ohlcv["h"]),
            low=float(ohlcv["l"]),
            close=float(ohlcv["c"]),
            volume=float(ohlcv["v"]),
            source=BarSource(source),
        )
    except (MarketDataError, KeyError, TypeError, ValueError) as error:
        log.warning("%s: a minute was not stored: %s", ticker, error)
        return False
    return _bound.store_bars([bar]) > 0


def _last_n_bars(
    ticker: str, n: int, before_timestamp: str | datetime | None = None, *, timeframe: str = "1m"
) -> Sequence[Mapping[str, Any]]:
    length, world = _length(timeframe), _world()
    count = _whole_number(n)
    before = None if before_timestamp is None else math.floor(_seconds(before_timestamp, "before_timestamp"))
    return [] if world is None or count == 0 else world.last(ticker, count, before=before, timeframe=length)


def _time_range(
    ticker: str, start: str | datetime, end: str | datetime, *, timeframe: str = "1m"
) -> Sequence[Mapping[str, Any]]:
    length, world = _length(timeframe), _world()
    first, bound = math.ceil(_seconds(start, "start")), math.ceil(_seconds(end, "end"))
    return [] if world is None else world.between(ticker, first, bound, timeframe=length)


def _since(ticker: str, start: str | datetime, *, timeframe: str = "1m") -> Sequence[Mapping[str, Any]]:
    length, world = _length(timeframe), _world()
    first = math.ceil(_seconds(start, "start"))
    return [] if world is None else world.between(ticker, first, timeframe=length)


def _session(ticker: str, date: str | date, *, timeframe: str = "1m") -> Sequence[Mapping[str, Any]]:
    length, world = _length(timeframe), _world()
    day = _day(date)
    session = None if world is None else world.calendar.session_on(day)
    if world is None or session is None:
        return []
    # By the clock the first bar of hours is labelled by an hour that begins before the session does.
    start = session.open if length is Timeframe.ONE_MINUTE else session.extended_open
    return world.between(ticker, start, session.close, timeframe=length)


_READS: dict[str, Callable[..., Sequence[Mapping[str, Any]]]] = {
    "last_n_bars": _last_n_bars,
    "time_range": _time_range,
    "since": _since,
    "session": _session,
}


def _world() -> World | None:
    if _bound is not None or _is_in_program:
        return _bound
    return current_world()


def _length(timeframe: Any) -> Timeframe:
    length = _LENGTHS.get(timeframe)
    if length is None:
        raise ValueError(f"timeframe {timeframe!r} is not available; use one of {', '.join(_LENGTHS)}.")
    return length


def _whole_number(n: Any) -> int:
    try:
        count = operator.index(n)
    except TypeError:
        raise ValueError(f"n is {n!r}; pass how many bars you want as a whole number.") from None
    if count < 0:
        raise ValueError(f"n is {n}; pass how many bars you want, 0 or more.")
    return count


def _seconds(moment: Any, name: str) -> float:
    aware = parse_iso(moment) if isinstance(moment, str) else moment
    if not isinstance(aware, datetime):
        raise ValueError(f"{name} is {moment!r}; pass an ISO text such as '2026-11-20T14:30:00Z' or an aware datetime.")
    if aware.tzinfo is None:
        raise ValueError(f"{name} {aware.isoformat()} has no time zone; pass an aware datetime or add 'Z' to the text.")
    return aware.timestamp()


def _day(day: Any) -> date:
    if isinstance(day, str):
        return date.fromisoformat(day)
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ValueError(f"date is {day!r}; pass a New York day such as '2026-11-20' or datetime.date(2026, 11, 20).")
    return day


OWN_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "get_data_for_algorithm": get_data_for_algorithm,
    "get_closes": get_closes,
    "get_sma": get_sma,
    "get_latest_price": get_latest_price,
    "get_session": get_session,
    "get_space_weather": get_space_weather,
}
