"""The account's activities: executions, dividends, splits, page by page."""

from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, request

from orchestra.paper_exchange.book.orders import microseconds
from orchestra.paper_exchange.book.refusal import invalid
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.wire.order_shapes import activity_json, fill_json
from orchestra.paper_exchange.wire.rest.answers import (
    Answer,
    BadRequest,
    answer,
    choice_parameter,
    day_parameter,
    list_parameter,
    number_parameter,
    time_parameter,
)
from orchestra.paper_exchange.wire.shapes import NEW_YORK, Json

LARGEST_PAGE = 100
# What Alpaca can answer with; all but three of them never happen here.
TRADE_KINDS = ("FILL",)
CASH_KINDS = ("CFEE", "CSD", "CSW", "FEE", "INT", "JNLC", "TRANS", "MISC")
DIVIDEND_KINDS = ("DIV", "DIVCGL", "DIVCGS", "DIVNRA", "DIVROC", "DIVTXEX")
OPTION_KINDS = ("OPASN", "OPCSH", "OPEXC", "OPEXP", "OPTRD")
SHARE_KINDS = ("ACATC", "ACATS", "CIL", "JNLS", "MA", "NC", "PTC", "REORG", "SPIN", "SPLIT")
KINDS = frozenset((*TRADE_KINDS, *CASH_KINDS, *DIVIDEND_KINDS, *OPTION_KINDS, *SHARE_KINDS))
TRADE = frozenset(TRADE_KINDS)
Entry = tuple[int, Json]


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("activities", __name__)

    @blueprint.get("/v2/account/activities")
    def activities() -> Answer:
        return answer(_page(exchange, _kinds()))

    @blueprint.get("/v2/account/activities/<kind>")
    def activities_of(kind: str) -> Answer:
        return answer(_page(exchange, _known((kind,))))

    return blueprint


def _kinds() -> frozenset[str]:
    named, category = list_parameter("activity_types"), request.args.get("category")
    if not category:
        return _known(named) if named else KINDS
    if named:
        raise BadRequest(invalid("only one of activity_types and category is accepted"))
    is_trade = choice_parameter("category", ("trade_activity", "non_trade_activity"), "") == "trade_activity"
    return TRADE if is_trade else KINDS - TRADE


def _known(kinds: tuple[str, ...]) -> frozenset[str]:
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise BadRequest(invalid(f"invalid activity type: {', '.join(unknown)}"))
    return frozenset(kinds)


def _page(exchange: PaperExchange, kinds: frozenset[str]) -> list[Json]:
    is_wanted = _filter()
    entries = [entry for entry in _entries(exchange) if entry[1]["activity_type"] in kinds and is_wanted(entry)]
    rows = [row for _, row in entries]
    if choice_parameter("direction", ("asc", "desc"), "desc") == "desc":
        rows.reverse()
    start = _start(rows)
    return rows[start : start + number_parameter("page_size", default=LARGEST_PAGE, largest=LARGEST_PAGE)]


def _start(rows: list[Json]) -> int:
    page_token = request.args.get("page_token")
    if not page_token:
        return 0
    ids = [row["id"] for row in rows]
    if page_token not in ids:
        raise BadRequest(invalid(f"invalid page_token: {page_token}"))
    return ids.index(page_token) + 1


def _entries(exchange: PaperExchange) -> list[Entry]:
    """Return epoch seconds and JSON of everything that happened, oldest first."""
    fills = [(fill.at, fill_json(fill)) for fill in exchange.store.fills()]
    others = [(activity.at, activity_json(activity)) for activity in exchange.store.activities()]
    return sorted([*others, *fills], key=lambda entry: entry[0])


def _filter() -> Callable[[Entry], bool]:
    after, until = time_parameter("after"), time_parameter("until", is_end=True)
    day, order_id = day_parameter("date"), request.args.get("order_id")
    if day and (after is not None or until is not None):
        raise BadRequest(invalid("date excludes after and until"))

    def is_wanted(entry: Entry) -> bool:
        at = microseconds(entry[0])
        is_in_time = (after is None or at > after) and (until is None or at < until)
        is_on_day = day is None or _day(entry[0]) == day
        return is_in_time and is_on_day and (not order_id or entry[1].get("order_id") == order_id)

    return is_wanted


def _day(ts: int) -> date:
    return datetime.fromtimestamp(ts, NEW_YORK).date()
