"""Bars of every length up to the exchange's minute, from a market that knows minute bars.

Day bars take open, high, low, close and average price from the regular session, and volume and number of trades from
the whole day; a day without a regular bar has none. Longer bars are made of day bars, shorter ones of all minutes,
pre-market and after-hours included. The newest bar may be under way: it holds the minutes that are over.

Thread: any.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Protocol, runtime_checkable

from database.bar import MINUTE, Bar
from database.calendar_manager import MarketCalendar, Session
from database.sessions.exchange_table import FIRST_DAY
from orchestra.paper_exchange.market.market import Market
from orchestra.paper_exchange.tape.adjustment import UNADJUSTED, Adjuster, Adjustment
from orchestra.paper_exchange.tape.aggregate import aggregate
from orchestra.paper_exchange.tape.new_york import day_after, midnight, new_york_day
from orchestra.paper_exchange.tape.timeframe import ONE_MINUTE, Timeframe

EPOCH = midnight(FIRST_DAY)
SESSIONS_LOOKED_BACK = 10
RAW = frozenset({Adjustment.RAW})


@runtime_checkable
class DailyMarket(Protocol):
    """A market that has whole sessions at hand and trades in regular hours only."""

    def daily_bar(self, symbol: str, session: Session) -> Bar | None:
        """Return a whole session as one bar."""


class RunningMarket(Protocol):
    """What an exchange shows of its market and its clock."""

    market: Market
    calendar: MarketCalendar
    now: int


@dataclass(frozen=True, slots=True)
class Span:
    """Bars with start <= ts <= end, epoch seconds, newest first or last."""

    start: int
    end: int
    is_descending: bool = False


class BarHistory:
    """Answer for a market as far as the minutes before `now` are over."""

    def __init__(self, market: Market, calendar: MarketCalendar, now: Callable[[], int]) -> None:
        self._market = market
        self._calendar = calendar
        self._now = now

    @classmethod
    def of(cls, exchange: RunningMarket) -> "BarHistory":
        """Return the history of a running exchange."""
        return cls(exchange.market, exchange.calendar, lambda: exchange.now)

    def bars(
        self, symbol: str, span: Span, timeframe: Timeframe, *, adjustment: frozenset[Adjustment] = RAW
    ) -> Iterator[Bar]:
        """Yield the bars whose start lies in the span, made as they are read."""
        span = Span(max(span.start, EPOCH), min(span.end, self.now - MINUTE), span.is_descending)
        if span.start > span.end:
            return
        adjuster = self._adjuster(symbol, span, adjustment)
        if timeframe.is_intraday:
            for bar in self._intraday(symbol, span, timeframe):
                yield adjuster.adjusted(bar, new_york_day(bar.ts)) if adjuster is not UNADJUSTED else bar
        else:
            for first in _periods(span, timeframe):
                yield from self._period(symbol, first, timeframe.next_period(first), adjuster=adjuster)

    @property
    def now(self) -> int:
        """Return the exchange's minute."""
        return self._now()

    def sessions(self, start: int, end: int) -> list[Session]:
        """Return the sessions that share a second with [start, end] and have begun."""
        return self._calendar.sessions_between(max(start, EPOCH), min(end + 1, self.now))

    def minutes(self, symbol: str, start: int, end: int) -> Iterator[Bar]:
        """Yield the raw minute bars with start <= ts < end that are over."""
        return iter(self._market.bars(symbol, start, min(end, self._visible_end)))

    def minutes_back(self, symbol: str, start: int, end: int) -> Iterator[Bar]:
        """Yield the same, newest first."""
        return reversed(self._market.bars(symbol, start, min(end, self._visible_end)))

    def last_minute(self, symbol: str) -> Bar | None:
        """Return the newest minute bar that is over."""
        return self._market.last_bar(symbol, self.now)

    def day_bar(self, symbol: str, session: Session) -> Bar | None:
        """Return the bar of a session's New York day, as far as it is over."""
        start, end = midnight(session.day), midnight(day_after(session.day))
        if isinstance(self._market, DailyMarket) and session.close <= self._now():
            whole = self._market.daily_bar(symbol, session)
            return aggregate([whole], start) if whole else None
        minutes = list(self.minutes(symbol, start, end))
        regular = [bar for bar in minutes if session.contains(bar.ts)]
        others = [bar for bar in minutes if not session.contains(bar.ts)]
        return aggregate(regular, start, also=others) if regular else None

    def day_bars_back(self, symbol: str, before: int) -> Iterator[Bar]:
        """Yield the bars of the newest sessions that opened earlier than `before`, newest first; a few, not all."""
        session = self._calendar.last_session(before)
        for _ in range(SESSIONS_LOOKED_BACK):
            if session is None:
                return
            if bar := self.day_bar(symbol, session):
                yield bar
            session = self._calendar.last_session(session.open)

    @property
    def _visible_end(self) -> int:
        return self.now - MINUTE + 1

    def _intraday(self, symbol: str, span: Span, timeframe: Timeframe) -> Iterator[Bar]:
        if timeframe == ONE_MINUTE:
            read = self.minutes_back if span.is_descending else self.minutes
            yield from read(symbol, span.start, span.end + 1)
            return
        for session in self._sessions(span):
            bars = self._day_of_intraday(symbol, session, timeframe)
            chosen = [bar for bar in bars if span.start <= bar.ts <= span.end]
            yield from reversed(chosen) if span.is_descending else chosen

    def _sessions(self, span: Span) -> list[Session]:
        """Return the sessions whose New York day touches the span, in its order."""
        start, end = midnight(new_york_day(span.start)), midnight(day_after(new_york_day(span.end)))
        sessions = self._calendar.sessions_between(start, end)
        return sessions[::-1] if span.is_descending else sessions

    def _day_of_intraday(self, symbol: str, session: Session, timeframe: Timeframe) -> list[Bar]:
        start, end = midnight(session.day), midnight(day_after(session.day))
        groups = groupby(self.minutes(symbol, start, end), key=lambda bar: timeframe.bar_start(bar.ts, start))
        return [aggregate(list(minutes), ts) for ts, minutes in groups]

    def _period(self, symbol: str, first: date, next_first: date, *, adjuster: Adjuster) -> Iterator[Bar]:
        start, end = midnight(first), midnight(next_first)
        sessions = self._calendar.sessions_between(start, min(end, self.now))
        days = [(session.day, self.day_bar(symbol, session)) for session in sessions]
        bars = [adjuster.adjusted(bar, day) for day, bar in days if bar]
        if bars:
            yield aggregate(bars, start)

    def _adjuster(self, symbol: str, span: Span, wanted: frozenset[Adjustment]) -> Adjuster:
        if wanted <= {Adjustment.RAW, Adjustment.SPIN_OFF}:
            return UNADJUSTED
        actions = self._market.actions([symbol], new_york_day(span.start), new_york_day(self.now))
        return Adjuster.of(actions, wanted, lambda day: self._close_before(symbol, day))

    def _close_before(self, symbol: str, day: date) -> float | None:
        bar = next(self.day_bars_back(symbol, midnight(day)), None)
        return bar.close if bar else None


def _periods(span: Span, timeframe: Timeframe) -> list[date]:
    """Return the first dates of the periods that begin in the span, in its order."""
    periods, period = [], timeframe.first_period(span.start)
    while midnight(period) <= span.end:
        periods.append(period)
        period = timeframe.next_period(period)
    return periods[::-1] if span.is_descending else periods
