"""Bars for other programs: the stored minutes of a ticker, and longer bars made of them (S4-43)."""

from datetime import UTC, datetime

from flask import Blueprint

from database.bar import Bar
from database.timeframes.timeframe import Grid, Timeframe
from orchestra.api.answers import time_text
from orchestra.api.api_context import ApiContext
from orchestra.api.describing.arguments import Choice, Text, Whole
from orchestra.api.describing.description import Description, answers
from orchestra.api.describing.schemas import flag, moment, number, record, rows
from orchestra.api.feed.state_json import State
from orchestra.api.routes.algorithm.known import market_now
from orchestra.api.routes.trading.selected import SYMBOL

MOST_BARS = 500

BAR = record(
    "Bar",
    {
        "timestamp": moment("Its start."),
        "open": number("First price, dollars a share."),
        "high": number("Highest price."),
        "low": number("Lowest price."),
        "close": number("Last price."),
        "volume": number("Shares traded."),
        "is_final": flag("Whether it is over; a longer bar is told while it is under way."),
    },
)
BARS = Description(
    summary="Bars of a ticker",
    detail="The newest `n`, oldest first. Only what is stored and over by market time: nothing is fetched.",
    arguments=(
        Text("symbol", "The ticker.", SYMBOL.pattern, "a ticker, such as AAPL", is_in_path=True),
        Choice("timeframe", "How long a bar is.", tuple(Timeframe), Timeframe.ONE_MINUTE),
        Whole("n", "At most so many bars.", 1, MOST_BARS, 100),
    ),
    answer=rows(BAR),
)


def add(blueprint: Blueprint, api: ApiContext) -> None:
    """Add the route of bars."""

    @blueprint.get("/bars/<symbol>")
    @answers(BARS)
    def bars(*, symbol: str, timeframe: str, n: int) -> list[State]:
        length, now = Timeframe(timeframe), market_now(api)
        found = api.parts.bars.newest(symbol, length, count=n, before=now)
        # Only the newest may be under way.
        return [_bar(bar, is_final=bar is not found[-1] or _end(api, bar, length) <= now) for bar in found]


def _end(api: ApiContext, bar: Bar, length: Timeframe) -> int:
    """Return when its last minute is over: at its session's close, if its place on the clock reaches beyond."""
    grid = Grid(length)
    until = bar.ts + grid.longest
    # The first bar of a session may be labelled before its open.
    spans = grid.spans(api.parts.bars.calendar.sessions_between(bar.ts, until), bar.ts, until)
    return next((span.end for span in spans), until)


def _bar(bar: Bar, *, is_final: bool) -> State:
    return {
        "timestamp": time_text(datetime.fromtimestamp(bar.ts, UTC)),
        "open": bar.open,
        "high": bar.high,
        "low": bar.low,
        "close": bar.close,
        "volume": bar.volume,
        "is_final": is_final,
    }
