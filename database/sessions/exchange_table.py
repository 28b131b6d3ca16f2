"""The sessions of the New York exchanges as exchange-calendars knows them.

In: the last year wanted. Out: (day, open, close) of every session from 1990 on. Thread: any.
"""

import warnings
from collections.abc import Sequence
from datetime import date
from importlib import metadata

FIRST_DAY = date(1990, 1, 1)
SessionRow = tuple[date, int, int]


def rules_version() -> str:
    """Return the version of the rules, without loading them."""
    return metadata.version("exchange_calendars")


def exchange_table(last_year: int) -> Sequence[SessionRow]:
    """Return the sessions from 1990 to the end of a year, open and close in epoch seconds; takes about a second."""
    with warnings.catch_warnings():
        # exchange-calendars 4.13 uses calls that pandas 4 will drop; pandas is pinned below 4.
        warnings.simplefilter("ignore")
        from exchange_calendars import get_calendar  # noqa: PLC0415 - pandas only where it is used

        table = get_calendar("XNYS", start=FIRST_DAY.isoformat(), end=f"{last_year}-12-31").schedule
        days = [label.date() for label in table.index]
        opens = [int(moment.timestamp()) for moment in table["open"]]
        closes = [int(moment.timestamp()) for moment in table["close"]]
    return list(zip(days, opens, closes, strict=True))
