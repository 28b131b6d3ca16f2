"""A list a page at a time: nothing twice, nothing left out, whatever comes in at the top meanwhile."""

import pytest
from flask import Flask

from orchestra.api.answers import Refused
from orchestra.api.paging import Page, page_asked_for, paged


def asked(query: str) -> Page:
    with Flask("test").test_request_context(f"/?{query}"):
        return page_asked_for(default=2, largest=10)


def answered(newest: int, page: Page) -> dict[str, object]:
    ids = range(newest if page.before is None else min(newest, page.before - 1), 0, -1)
    return paged("rows", [{"id": each} for each in ids][: page.wanted], page)


def test_pages_follow_each_other_without_a_gap_while_new_rows_come_in() -> None:
    told, newest, before = [], 7, ""
    while True:
        body = answered(newest, asked(before))
        told += [row["id"] for row in body["rows"]]  # type: ignore[attr-defined]
        newest += 3
        if body["next"] is None:
            break
        before = f"before={body['next']}"
    assert told == [7, 6, 5, 4, 3, 2, 1]


def test_a_page_that_is_just_full_is_the_last_one() -> None:
    assert answered(2, asked("")) == {"rows": [{"id": 2}, {"id": 1}], "next": None}
    assert answered(0, asked("")) == {"rows": [], "next": None}
    assert asked("limit=10&before=5") == Page(10, 5)


@pytest.mark.parametrize(
    "query", ["before=0", "before=-1", "before=x", "before=", "before=1e3", f"before={1 << 63}", "limit=11"]
)
def test_what_is_no_page_is_refused(query: str) -> None:
    with pytest.raises(Refused):
        asked(query)
