"""Parameters that all market-data endpoints share. The data host says what is wrong with one, without a code."""

import re
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass

from flask import request

from orchestra.paper_exchange.book.orders import MICROSECONDS
from orchestra.paper_exchange.book.refusal import Refusal
from orchestra.paper_exchange.wire.data_plan import BASIC_DELAY_SECONDS, DataPlan
from orchestra.paper_exchange.wire.rest.answers import BadRequest, number_parameter, time_parameter

LARGEST_PAGE = 10_000
DEFAULT_PAGE = 1_000
DAY = 24 * 3600
SYMBOL = re.compile(r"[A-Z][A-Z0-9./-]{0,20}")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
FEEDS = {"sip", "iex", "otc", "boats", "delayed_sip", "overnight"}
SORTS = {"asc", "desc"}
TOO_RECENT = "subscription does not permit querying recent SIP data"


class DataRefusal(Refusal):
    """A refusal of the data host: a message without a code."""

    __slots__ = ()

    @property
    def body(self) -> dict[str, object]:
        """Return the JSON object of the answer."""
        return {"message": self.message}


@dataclass(frozen=True, slots=True)
class DataQuery:
    """One page of something. start <= time <= end in microseconds.

    after: the symbol and time the page before ended with.
    """

    symbols: tuple[str, ...]
    start: int
    end: int
    limit: int
    is_descending: bool
    after: tuple[str, int] | None


def bad(message: str, status: int = 400) -> BadRequest:
    """Return the error to raise for a bad parameter."""
    return BadRequest(DataRefusal(status, 0, message))


def read_symbols(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return symbols in capitals, each once, sorted. Raises BadRequest for none and for malformed ones."""
    symbols = tuple(sorted({symbol.upper() for symbol in given}))
    wrong = [symbol for symbol in symbols if not SYMBOL.fullmatch(symbol)]
    if wrong or not symbols:
        raise bad(f"invalid symbol: {', '.join(wrong)}" if wrong else "symbols is required")
    return symbols


def read_query(symbols: tuple[str, ...], now: int, plan: DataPlan) -> DataQuery:
    """Return the page that the request asks for. Raises BadRequest."""
    require_known_feed()
    try:
        start, end = time_parameter("start"), time_parameter("end", is_end=True)
        limit = number_parameter("limit", default=DEFAULT_PAGE, largest=LARGEST_PAGE)
    except BadRequest as error:
        raise bad(error.refusal.message) from None
    sort = request.args.get("sort", "asc")
    if sort not in SORTS:
        raise bad(f"invalid sort: {sort}")
    return DataQuery(
        symbols=symbols,
        start=(now - now % DAY) * MICROSECONDS if start is None else start,
        end=_permitted_end(end, now, plan),
        limit=limit,
        is_descending=sort == "desc",
        after=read_token(request.args.get("page_token")),
    )


def require_known_feed() -> None:
    """Check feed, currency and asof: accepted, and all the same to this exchange. Raises BadRequest."""
    feed, currency, asof = (request.args.get(name) for name in ("feed", "currency", "asof"))
    if feed and feed not in FEEDS:
        raise bad(f"invalid feed: {feed}")
    if currency and currency.upper() != "USD":
        raise bad(f"invalid currency: {currency}, this exchange knows USD")
    if asof and asof != "-" and not DATE.fullmatch(asof):
        raise bad(f"invalid asof: {asof}")


def read_token(text: str | None) -> tuple[str, int] | None:
    """Return the symbol and time of a page token. Raises BadRequest for one that this exchange never gave."""
    if not text:
        return None
    try:
        symbol, _, at = urlsafe_b64decode(text).decode().split("|")
        return symbol, int(at)
    except (Base64Error, UnicodeDecodeError, ValueError):
        raise bad("invalid page_token") from None


def _permitted_end(end: int | None, now: int, plan: DataPlan) -> int:
    """Return the end in microseconds. Without one the free plan's delay applies; with a newer one it refuses."""
    is_delayed = plan.is_basic and request.args.get("feed", "sip") == "sip"
    newest = (now - BASIC_DELAY_SECONDS if is_delayed else now) * MICROSECONDS
    if is_delayed and end is not None and end > newest:
        raise bad(TOO_RECENT, 403)
    return newest if end is None else end
