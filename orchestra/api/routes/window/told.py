"""What the lists of the window share: arguments of every list, and rows of the books as plain values.

In: arguments, columns. Out: what a query wants, values JSON can carry. Thread: the request's.
"""

import json
import math
from decimal import Decimal

from orchestra.api.describing.arguments import Argument, Text, Whole
from orchestra.api.feed.state_json import State, number
from orchestra.api.paging import LARGEST_ID
from orchestra.api.routes.algorithm.told_order import plain_values
from orchestra.api.routes.trading.selected import SYMBOL

MOST_ROWS = 500
LONGEST_NAME = r"[^\x00-\x1f]{1,200}"

SYMBOL_ARGUMENT = Text("symbol", "Only of this ticker.", SYMBOL.pattern, "a ticker, such as AAPL")
STRATEGY_ARGUMENT = Text("strategy", "Only of this strategy.", LONGEST_NAME, "the name of a strategy")


def page_arguments(default: int) -> tuple[Argument, Argument]:
    """Return the arguments of a list that is read a page at a time."""
    return (
        Whole("limit", "At most so many rows.", 1, MOST_ROWS, default),
        Whole("before_id", "Only rows with a smaller id: the last one of the page before.", 1, LARGEST_ID),
    )


def figure(text: str | None) -> float | None:
    """Return a decimal text of the books as a number."""
    return number(float(Decimal(text))) if text is not None else None


def values(text: str | None) -> State:
    """Return a JSON object of the books; empty for what is none."""
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return plain_values(found) if isinstance(found, dict) else {}


def real(value: float | None) -> float | None:
    """Return a number of the books that JSON can carry."""
    return value if isinstance(value, int | float) and math.isfinite(value) else None
