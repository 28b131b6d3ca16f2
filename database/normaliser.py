"""One validator for every bar, wherever it comes from, so that stream and history compare equal.

In: fields of a bar in Alpaca's spelling, or numbers from a file. Out: a Bar. Thread: any.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from database.bar import MINUTE, Bar, BarSource
from database.errors import MarketDataError
from database.timestamps import parse_iso

_INFINITY = float("inf")
_YEAR_2100 = 4_102_444_800


def bar_from_alpaca(symbol: str, message: Mapping[str, Any], source: BarSource) -> Bar:
    """Return the bar of an Alpaca message with keys t, o, h, l, c, v and perhaps n, vw.

    t: RFC 3339 text, a msgpack Timestamp, an aware datetime or epoch seconds.

    Raises MarketDataError when a field is missing, no number, or impossible.
    """
    try:
        vwap, trade_count = message.get("vw"), message.get("n")
        return make_bar(
            symbol,
            epoch_seconds(message["t"]),
            open=float(message["o"]),
            high=float(message["h"]),
            low=float(message["l"]),
            close=float(message["c"]),
            volume=float(message["v"]),
            # Alpaca sends 0 for "no average"; a price of 0 does not exist.
            vwap=float(vwap) if vwap else None,
            trade_count=None if trade_count is None else int(trade_count),
            source=source,
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise MarketDataError(f"{symbol}: a bar is incomplete or malformed ({error!r}); it is left out.") from error


def make_bar(
    symbol: str,
    ts: int,
    *,
    open: float,  # noqa: A002 - the field's standard name
    high: float,
    low: float,
    close: float,
    volume: float,
    vwap: float | None = None,
    trade_count: int | None = None,
    source: BarSource,
) -> Bar:
    """Return the bar if it can exist.

    Raises MarketDataError for prices that are not finite and above 0, a high or low inside the
    body, a negative volume, or a time that is no whole minute.
    """
    # Chained comparisons are false for NaN, so this one line also refuses what is not a number.
    if not (0.0 < low <= open <= high < _INFINITY and low <= close <= high and 0.0 <= volume < _INFINITY):
        raise MarketDataError(
            f"{symbol}: open {open}, high {high}, low {low}, close {close}, volume {volume} "
            "is no possible bar; it is left out."
        )
    if ts % MINUTE or not 0 < ts < _YEAR_2100:
        raise MarketDataError(f"{symbol}: a bar starts at second {ts}, which is no whole minute of 1970 to 2099.")
    if (vwap is not None and not 0.0 < vwap < _INFINITY) or (trade_count is not None and trade_count < 0):
        raise MarketDataError(f"{symbol}: average price {vwap} or trade count {trade_count} is impossible.")
    return Bar(symbol, ts, open, high, low, close, volume, vwap, trade_count, source)


def epoch_seconds(moment: Any) -> int:
    """Return whole epoch seconds of any spelling of time that Alpaca or alpaca-py uses.

    Raises ValueError for a fraction of a second or a time without zone, TypeError for anything else.
    """
    if isinstance(moment, str):
        moment = parse_iso(moment)
    if isinstance(moment, datetime):
        return _of_datetime(moment)
    if isinstance(moment, int) and not isinstance(moment, bool):
        return moment
    return _of_wire_timestamp(moment)


def _of_datetime(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; pass an aware datetime.")
    if moment.microsecond:
        raise ValueError(f"{moment.isoformat()} is no whole second.")
    return int(moment.timestamp())


def _of_wire_timestamp(moment: Any) -> int:
    """Read msgpack's Timestamp by its fields, so that msgpack need not be imported here."""
    seconds, nanoseconds = getattr(moment, "seconds", None), getattr(moment, "nanoseconds", None)
    if not isinstance(seconds, int) or nanoseconds is None:
        raise TypeError(f"{moment!r} is no time")
    if nanoseconds:
        raise ValueError(f"second {seconds} carries a fraction")
    return seconds
