"""Lists a page at a time, newest first: a page begins before the last id of the page above it.

In: the query arguments `before` and `limit`. Out: rows and the id to ask on with. An id never changes its row, so that
nothing is told twice or left out while new rows come in at the top.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from orchestra.api.answers import Refused
from orchestra.api.request_body import limit_argument

LARGEST_ID = 1 << 62


@dataclass(frozen=True, slots=True)
class Page:
    """What page is asked for. before: only rows with a smaller id, None for the newest; limit: rows on it."""

    limit: int
    before: int | None = None

    @property
    def wanted(self) -> int:
        """Return how many rows to read: one more than the page shows tells whether there are older ones."""
        return self.limit + 1


def page_asked_for(*, default: int = 50, largest: int = 500) -> Page:
    """Return the page of this request; raises Refused for arguments that are none."""
    return Page(limit_argument(default=default, largest=largest), _before())


def paged(name: str, rows: Sequence[Mapping[str, Any]], page: Page) -> dict[str, object]:
    """Return {name: the rows of the page, next: what to send as `before`, None at the end}.

    rows: JSON objects with an `id`, newest first, `page.wanted` of them if there are as many.
    """
    shown = rows[: page.limit]
    return {name: shown, "next": shown[-1]["id"] if len(rows) > page.limit else None}


def _before() -> int | None:
    text = request.args.get("before")
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= LARGEST_ID:
        return int(text)
    raise Refused(400, "'before' must be the 'next' of an earlier page.")
