"""The JSON objects of Alpaca's market data, the same on the streams and in history.

Prices and sizes are numbers here. A time is a Stamp until it is known who asks: text for JSON, a timestamp of its own
kind for MessagePack.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import msgpack

from database.bar import Bar
from orchestra.paper_exchange.book.orders import MICROSECONDS, microseconds
from orchestra.paper_exchange.tape.prints import Print, Quote
from orchestra.paper_exchange.wire.shapes import Json, utc_text

VENUE, TAPE = "V", "C"
REGULAR_TRADE, REGULAR_QUOTE = "@", "R"
HALTED: Json = {"sc": "H", "sm": "Trading Halt", "rc": "T12", "rm": "Trading Halted; For information requested"}
RESUMED: Json = {"sc": "T", "sm": "Trading Resumption", "rc": "", "rm": ""}


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment of market time, not yet spelled."""

    microseconds: int


def bar_json(bar: Bar) -> Json:
    """Return one bar of market data; n and vw are null where the source does not know them."""
    return {"t": utc_text(microseconds(bar.ts)), **bar_numbers(bar)}


def bar_numbers(bar: Bar) -> Json:
    """Return what a bar says beside its time, the same on the stream and in history."""
    return {
        "o": bar.open,
        "h": bar.high,
        "l": bar.low,
        "c": bar.close,
        "v": shares(bar.volume),
        "n": bar.trade_count,
        "vw": bar.vwap,
    }


def bar_message(bar: Bar, kind: str = "b") -> Json:
    """Return a bar of the stream. kind: b for minute bars, u for updated ones, d for the day's."""
    return {"T": kind, "S": bar.symbol, **bar_numbers(bar), "t": Stamp(microseconds(bar.ts))}


def print_json(trade: Print) -> Json:
    """Return one trade of history. One venue, one tape: the exchange's own."""
    return {"t": utc_text(trade.at), **_print_facts(trade)}


def print_message(trade: Print) -> Json:
    """Return one trade of the stream."""
    return {"T": "t", "S": trade.symbol, **_print_facts(trade), "t": Stamp(trade.at)}


def quote_json(quote: Quote) -> Json:
    """Return one quote of history."""
    return {"t": utc_text(quote.at), **_quote_facts(quote)}


def quote_message(quote: Quote) -> Json:
    """Return one quote of the stream."""
    return {"T": "q", "S": quote.symbol, **_quote_facts(quote), "t": Stamp(quote.at)}


def status_message(symbol: str, ts: int, *, is_halted: bool) -> Json:
    """Return a halt or a resumption, in the codes of tape C."""
    told = HALTED if is_halted else RESUMED
    return {"T": "s", "S": symbol, **told, "t": Stamp(microseconds(ts)), "z": TAPE}


def _print_facts(trade: Print) -> Json:
    return {"x": VENUE, "p": trade.price, "s": shares(trade.size), "c": [REGULAR_TRADE], "i": trade.id, "z": TAPE}


def _quote_facts(quote: Quote) -> Json:
    return {
        "ax": VENUE,
        "ap": quote.ask,
        "as": quote.ask_size,
        "bx": VENUE,
        "bp": quote.bid,
        "bs": quote.bid_size,
        "c": [REGULAR_QUOTE],
        "z": TAPE,
    }


def shares(size: float) -> int | float:
    """Return whole shares as the whole number they are."""
    return int(size) if size.is_integer() else size


def packed(messages: Sequence[Json]) -> bytes:
    """Return one binary frame of messages."""
    return bytes(msgpack.packb(list(messages), default=_as_timestamp))


def written(messages: Sequence[Json]) -> str:
    """Return one text frame of messages."""
    return json.dumps(list(messages), default=_as_text)


def _as_timestamp(value: object) -> msgpack.Timestamp:
    if isinstance(value, Stamp):
        seconds, fraction = divmod(value.microseconds, MICROSECONDS)
        return msgpack.Timestamp(seconds, fraction * 1000)
    raise TypeError(f"{value!r} has no place in a message")


def _as_text(value: object) -> str:
    if isinstance(value, Stamp):
        return utc_text(value.microseconds)
    raise TypeError(f"{value!r} has no place in a message")
