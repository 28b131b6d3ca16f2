"""The log over HTTP: pages of entries, filtered, and the whole of it as a file."""

from collections.abc import Iterator

from flask import Blueprint, Response, request

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.log_reading.log_book import LEVELS, LogBook, LogEntry, LogPage, Place, Wanted, read_place
from orchestra.api.log_reading.masks import Masks
from orchestra.api.protocol import ROUTES

LONGEST_TEXT = 100
FILE_NAME = "autotrader-log.txt"


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the log."""
    blueprint = Blueprint("logs", __name__)
    process = api.parts.process
    kept = LogBook(process.logs, Masks(process.secrets)) if process.logs else None

    def book() -> LogBook:
        if kept is None:
            raise Refused(503, "This AutoTrader keeps no log.")
        return kept

    @blueprint.get(ROUTES["logs"])
    def page() -> Reply:
        wanted = _wanted()
        since = _place("after")
        found = book().after(since, wanted) if since else book().before(_place("before"), wanted)
        return reply({**_page(found), "zone": api.parts.clock.now().astimezone().strftime("%Z (UTC%z)")})

    @blueprint.get(ROUTES["log_download"])
    def download() -> Response:
        text: Iterator[str] = book().whole()
        response = Response(text, content_type="text/plain; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
        return response

    return blueprint


def _wanted() -> Wanted:
    level, text = request.args.get("level", "DEBUG"), request.args.get("text", "")
    if level not in LEVELS:
        raise Refused(400, f"'level' must be one of {', '.join(LEVELS)}.")
    if len(text) > LONGEST_TEXT:
        raise Refused(400, f"'text' may have {LONGEST_TEXT} characters.")
    return Wanted(level, text)


def _place(name: str) -> Place | None:
    given = request.args.get(name, "")
    if not given:
        return None
    place = read_place(given)
    if place is None:
        raise Refused(400, f"'{name}' must be a place that an earlier answer has named.")
    return place


def _page(page: LogPage) -> dict[str, object]:
    return {
        "entries": [_entry(each) for each in page.entries],
        "older": str(page.older) if page.older else None,
        "newer": str(page.newer) if page.newer else None,
        "is_cut": page.is_cut,
    }


def _entry(entry: LogEntry) -> dict[str, str]:
    return {"at": entry.at, "level": entry.level, "text": entry.text, "id": str(entry.place)}
