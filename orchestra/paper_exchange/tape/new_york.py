"""New York days, because the protocol's daily bars begin at midnight there. Nothing is traded by it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
ONE_DAY = timedelta(days=1)


def new_york_day(ts: int) -> date:
    """Return the New York date of a second."""
    return datetime.fromtimestamp(ts, NEW_YORK).date()


def midnight(day: date) -> int:
    """Return the first second of a New York day."""
    return int(datetime.combine(day, time.min, NEW_YORK).timestamp())


def day_after(day: date) -> date:
    """Return the next date."""
    return day + ONE_DAY
