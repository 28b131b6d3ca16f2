"""A file of comma-separated values, safe to open in a spreadsheet.

In: rows, a page at a time. Out: a download. What was written by strangers may look like a formula; it becomes a text
(OWASP, "CSV Injection"): an apostrophe stands before it, which a spreadsheet does not show.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from flask import Response

from orchestra.api.answers import decimal_text
from system_databse.history.selection import Selection

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
PAGE_ROWS = 1000
# About ten megabytes; who has more asks day by day.
MOST_ROWS = 50_000

Row = TypeVar("Row")
Cell = str | int | float | Decimal | None


def csv_answer(name: str, columns: Sequence[str], rows: Iterator[Sequence[Cell]], *, now: datetime) -> Response:
    """Return the download, `autotrader-<name>-<day>.csv`; now: for its name."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_written(cell) for cell in row] for row in islice(rows, MOST_ROWS))
    answer = Response(text.getvalue().encode("utf-8"), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="autotrader-{name}-{now:%Y-%m-%d}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def all_rows(read: Callable[[Selection], list[Row]], first: Selection, id_of: Callable[[Row], int]) -> Iterator[Row]:
    """Yield every row of a selection, reading page after page."""
    wanted = first
    while rows := read(wanted):
        yield from rows
        if len(rows) < wanted.limit:
            return
        wanted = wanted.after_row(id_of(rows[-1]))


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return decimal_text(cell) or ""
    if isinstance(cell, int | float):
        return str(cell)
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
