"""Trades and quotes derived from a minute bar by one rule, for history and stream alike.

A market here knows minute bars only, so each of them is told as four prints: the open at second 0.5, then the low and
the high (the high first when the bar closes below its open) at seconds 20 and 40, the close at second 59.5. Their sizes
are a quarter of the volume each; of whole shares, the last one takes the rest. The prints of a bar therefore add up to
its open, high, low, close and volume, exactly; its average price and number of trades remain the source's own.

A quote follows each print after 10 ms: one basis point of the price to either side, but at least a cent (a hundredth of
one below a dollar), and 100 to 500 shares. Sizes are shares on the stream, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from database.bar import Bar

MICROSECONDS = 1_000_000
SECONDS_INTO_THE_MINUTE = (0.5, 20.0, 40.0, 59.5)
QUOTE_DELAY_MICROSECONDS = 10_000
SECONDS_A_PRINT = 15
HALF_SPREAD = 0.0001
CENT, SMALLEST_TICK = 0.01, 0.0001
ROUND_LOT = 100


@dataclass(frozen=True, slots=True)
class Print:
    """One trade. at: microseconds. id: unique for a symbol, ascending."""

    symbol: str
    at: int
    price: float
    size: float
    id: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The best bid and ask from a moment on. at: microseconds. Sizes in shares."""

    symbol: str
    at: int
    bid: float
    ask: float
    bid_size: int
    ask_size: int


def prints_of(bar: Bar) -> tuple[Print, Print, Print, Print]:
    """Return the four prints of a bar."""
    extremes = (bar.high, bar.low) if bar.close < bar.open else (bar.low, bar.high)
    first, second, third, fourth = zip(
        SECONDS_INTO_THE_MINUTE, (bar.open, *extremes, bar.close), _sizes(bar.volume), strict=True
    )
    number = bar.ts // SECONDS_A_PRINT
    return (
        _print(bar, number, first),
        _print(bar, number + 1, second),
        _print(bar, number + 2, third),
        _print(bar, number + 3, fourth),
    )


def quotes_of(bar: Bar) -> tuple[Quote, ...]:
    """Return the quotes that follow a bar's prints."""
    return tuple(quote_after(each) for each in prints_of(bar))


def quote_after(last: Print) -> Quote:
    """Return the quote that follows a print."""
    tick = CENT if last.price >= 1 else SMALLEST_TICK
    half = max(tick, round(last.price * HALF_SPREAD, 2))
    return Quote(
        symbol=last.symbol,
        at=last.at + QUOTE_DELAY_MICROSECONDS,
        # A price below the spread itself is still a price.
        bid=max(round(last.price - half, 4), SMALLEST_TICK),
        ask=round(last.price + half, 4),
        bid_size=ROUND_LOT * (1 + last.id % 5),
        ask_size=ROUND_LOT * (1 + last.id * 3 % 5),
    )


def told(bar: Bar) -> Iterator[Print | Quote]:
    """Yield prints and quotes of a bar in the order of their time."""
    for each in prints_of(bar):
        yield each
        yield quote_after(each)


def _print(bar: Bar, number: int, what: tuple[float, float, float]) -> Print:
    seconds, price, size = what
    return Print(bar.symbol, bar.ts * MICROSECONDS + int(seconds * MICROSECONDS), price, size, number)


def _sizes(volume: float) -> tuple[float, float, float, float]:
    quarter = volume / 4
    if volume.is_integer() and volume >= 4:
        quarter = float(volume // 4)
    return quarter, quarter, quarter, volume - 3 * quarter
