"""The market's clock as a screen shows it: what the exchange is doing now and what comes next.

In: the calendar, a moment of market time. Out: a MarketClock. Thread: any.
"""

from datetime import UTC, datetime

from database.calendar_manager import MarketCalendar, Session
from orchestra.messages.live_snapshot import MarketClock, MarketPhase


def market_clock(calendar: MarketCalendar, now: datetime, *, speed: float | None = None) -> MarketClock:
    """Return phase, close and next open. speed: market seconds a second where an exchange owns the clock."""
    second = int(now.timestamp())
    last, following = calendar.last_session(second + 1), calendar.next_session(second)
    phase, today = _phase(second, last, following)
    return MarketClock(
        now=now,
        phase=phase,
        closes_at=_moment(today.close) if today and phase is MarketPhase.OPEN else None,
        next_open=_moment(following.open) if following else None,
        is_half_day=today is not None and today.is_half_day,
        speed=speed,
        last_close=_moment(last.close) if last and phase is not MarketPhase.OPEN else None,
    )


def _phase(second: int, last: Session | None, following: Session | None) -> tuple[MarketPhase, Session | None]:
    """Return the phase and the session whose day it is, if it is the day of one."""
    if last is not None and second < last.close:
        return MarketPhase.OPEN, last
    if last is not None and second < last.extended_close:
        return MarketPhase.AFTER_HOURS, last
    if following is not None and second >= following.extended_open:
        return MarketPhase.PRE_MARKET, following
    return MarketPhase.CLOSED, None


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
