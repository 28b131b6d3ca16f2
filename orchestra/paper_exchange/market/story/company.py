"""What companies do to their shares: a split about every 1,024 days for some, a dividend each 91 days for many.

Between two splits the price grows by the split's ratio, which is why companies split; so the path of the company's
worth is one line, and the raw price a saw.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from math import log

from database.calendar_manager import MarketCalendar
from orchestra.paper_exchange.market.corporate_action import ActionKind, CorporateAction
from orchestra.paper_exchange.market.story.chance import fixed
from orchestra.paper_exchange.market.story.listings import Listing

SPLIT_DAYS = 1024
DIVIDEND_DAYS = 91
LONGEST_CLOSURE = timedelta(days=10)
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)


def growth(listing: Listing, day: int) -> float:
    """Return how far the raw price has grown since the last split, as a logarithm around 0; day: an ordinal."""
    if listing.split_ratio == 1:
        return 0.0
    part = (day - _first(listing, "split", SPLIT_DAYS)) % SPLIT_DAYS / SPLIT_DAYS
    return log(listing.split_ratio) * (part - 0.5)


def actions_of(listing: Listing, calendar: MarketCalendar, *, start: date, end: date) -> Iterator[CorporateAction]:
    """Yield what changes the shares with start <= ex_date <= end."""
    start, end = max(start, FIRST_DAY), min(end, LAST_DAY)
    if listing.split_ratio > 1:
        for day in _ex_dates(calendar, start, end, every=SPLIT_DAYS, first=_first(listing, "split", SPLIT_DAYS)):
            ratio = Decimal(listing.split_ratio)
            yield CorporateAction(ActionKind.FORWARD_SPLIT, listing.symbol, day, new_rate=ratio)
    if listing.dividend:
        for day in _ex_dates(calendar, start, end, every=DIVIDEND_DAYS, first=_first(listing, "pay", DIVIDEND_DAYS)):
            rate = Decimal(repr(listing.dividend))
            yield CorporateAction(ActionKind.CASH_DIVIDEND, listing.symbol, day, rate=rate)


def _first(listing: Listing, what: str, every: int) -> int:
    return int(every * fixed(listing.symbol, what))


def _ex_dates(calendar: MarketCalendar, start: date, end: date, *, every: int, first: int) -> Iterator[date]:
    """Yield the first session on or after each due day, as far as it lies in [start, end]."""
    from_day = (start - LONGEST_CLOSURE).toordinal()
    due = from_day + (first - from_day) % every
    while due <= end.toordinal():
        session = next((s for n in range(LONGEST_CLOSURE.days) if (s := calendar.session_on(_day(due + n)))), None)
        if session and start <= session.day <= end:
            yield session.day
        due += every


def _day(ordinal: int) -> date:
    return date.fromordinal(ordinal)
