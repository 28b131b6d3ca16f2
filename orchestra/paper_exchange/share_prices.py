"""What a share was worth at any second, on the terms of that day's shares."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from orchestra.paper_exchange.book.floor.corporate_actions import split_factor
from orchestra.paper_exchange.extended_hours import before_hours
from orchestra.paper_exchange.market.market import Market, exact
from orchestra.paper_exchange.schedule import Schedule

# New York lies four or five hours behind UTC and trades from 04:00 to 20:00: five hours back is always the same day.
TO_NEW_YORK_DAY = timedelta(hours=5)


def price_at(market: Market, schedule: Schedule, *, symbol: str, ts: int) -> Decimal | None:
    """Return the close of the newest bar that is over at ts, None without one.

    Before a split's first bar the newest close is one of the old shares, so it is divided by the split.
    """
    bar = market.last_bar(symbol, ts)
    if bar is None:
        return None
    session = schedule.session_of(max(ts, schedule.first_minute))
    if bar.ts >= before_hours(session)[0]:
        return exact(bar.close)
    day = (datetime.fromtimestamp(bar.ts, UTC) - TO_NEW_YORK_DAY).date()
    return exact(bar.close) / split_factor(market.actions({symbol}, day + timedelta(days=1), session.day))
