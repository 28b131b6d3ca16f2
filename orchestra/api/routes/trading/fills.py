"""Fills over HTTP: every execution of our orders, newest first (S2-32)."""

from collections.abc import Iterator

from flask import Blueprint, Response

from orchestra.api.answers import PRICE_STEP, Reply, decimal_text, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State
from orchestra.api.paging import paged
from orchestra.api.protocol import ROUTES
from orchestra.api.routes.trading.csv_file import PAGE_ROWS, Cell, all_rows, csv_answer
from orchestra.api.routes.trading.selected import page_and_selection, selection
from system_databse.history import fill_history
from system_databse.history.fill_history import PastFill
from system_databse.history.selection import Selection

COLUMNS = (
    *("at", "symbol", "side", "shares", "price", "value", "fee", "algorithm_id", "algorithm"),
    *("order", "execution"),
)


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of fills."""
    blueprint = Blueprint("fills", __name__)

    def read(wanted: Selection) -> list[PastFill]:
        with api.parts.system.reader() as connection:
            return fill_history.newest_first(connection, wanted)

    @blueprint.get(ROUTES["fills"])
    def fills() -> Reply:
        page, wanted = page_and_selection()
        return reply(paged("fills", [fill_json(fill) for fill in read(wanted)], page))

    @blueprint.get(ROUTES["fill_sums"])
    def sums() -> Reply:
        with api.parts.system.reader() as connection:
            found = fill_history.sums(connection, selection(limit=1))
        return reply(
            {
                "count": found.count,
                "fees": decimal_text(found.fees),
                "bought": decimal_text(found.bought, step=PRICE_STEP),
                "sold": decimal_text(found.sold, step=PRICE_STEP),
            }
        )

    @blueprint.get(ROUTES["fills_file"])
    def file() -> Response:
        rows = all_rows(read, selection(limit=PAGE_ROWS), lambda fill: fill.id)
        return csv_answer("fills", COLUMNS, _cells(rows), now=api.parts.clock.now())

    return blueprint


def fill_json(fill: PastFill) -> State:
    """Return a fill as the page shows it; money is decimal text."""
    return {
        "id": fill.id,
        "at": fill.at,
        "symbol": fill.symbol,
        "side": fill.side,
        "qty": decimal_text(fill.qty),
        "price": decimal_text(fill.price),
        "value": decimal_text(fill.value, step=PRICE_STEP),
        "fee": decimal_text(fill.fee),
        "algorithm_id": fill.algorithm_id,
        "algorithm": fill.algorithm,
        "client_order_id": fill.client_order_id,
    }


def _cells(fills: Iterator[PastFill]) -> Iterator[list[Cell]]:
    for fill in fills:
        yield [
            *(fill.at, fill.symbol, fill.side, fill.qty, fill.price, fill.value, fill.fee),
            *(fill.algorithm_id, fill.algorithm, fill.client_order_id, fill.execution_id),
        ]
