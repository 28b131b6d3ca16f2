"""What a request selects of orders, fills and round trips: the page, and `algorithm_id`, `symbol`, `day`.

In: the query arguments. Out: a page and a selection for the database. Raises Refused, and changes nothing.
"""

import re
from datetime import date

from flask import request

from orchestra.api.answers import Refused
from orchestra.api.paging import Page, page_asked_for
from system_databse.history.selection import Selection

SYMBOL = re.compile(r"[A-Z][A-Z0-9./]{0,20}")
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 30)


def page_and_selection() -> tuple[Page, Selection]:
    """Return what this request asks for."""
    page = page_asked_for()
    return page, selection(limit=page.wanted, before=page.before)


def selection(*, limit: int, before: int | None = None) -> Selection:
    """Return what this request selects, from that row on."""
    return Selection(limit=limit, before=before, algorithm_id=_algorithm_id(), symbol=_symbol(), day=_day())


def _algorithm_id() -> int | None:
    text = request.args.get("algorithm_id")
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    raise Refused(400, "'algorithm_id' must be the number of an algorithm.")


def _symbol() -> str | None:
    text = request.args.get("symbol")
    if text is None or SYMBOL.fullmatch(text):
        return text
    raise Refused(400, "'symbol' must be a ticker, such as AAPL.")


def _day() -> date | None:
    text = request.args.get("day")
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise Refused(400, "'day' must be a day in New York, such as 2026-11-20.")
    return day
