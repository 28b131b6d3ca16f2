"""Splits and dividends: GET /v1/corporate-actions, by ex date, announced thirty days ahead."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from flask import Blueprint, request

from orchestra.paper_exchange.market.corporate_action import ActionKind, CorporateAction
from orchestra.paper_exchange.market.market import Market
from orchestra.paper_exchange.tape.bar_history import BarHistory
from orchestra.paper_exchange.tape.new_york import new_york_day
from orchestra.paper_exchange.wire.rest.answers import Answer, BadRequest, answer, list_parameter, number_parameter
from orchestra.paper_exchange.wire.rest.market_data.query import SORTS, bad, read_symbols
from orchestra.paper_exchange.wire.shapes import Json

LARGEST_PAGE, DEFAULT_PAGE = 1000, 100
ANNOUNCED_AHEAD = timedelta(days=30)
PAID_AFTER = timedelta(days=14)
# Alpaca's types; this exchange's companies only do what ActionKind names.
TYPES = {
    *ActionKind,
    "unit_split",
    "stock_dividend",
    "spin_off",
    "cash_merger",
    "stock_merger",
    "stock_and_cash_merger",
    "redemption",
    "name_change",
    "worthless_removal",
    "rights_distribution",
    "partial_call",
    "reorganization",
}
_NAMESPACE = UUID("0c5a9d0e-3f2b-4f0e-8f43-6a4f3c1d2b5e")


@dataclass(frozen=True, slots=True)
class _Event:
    """An action with the names the protocol gives it."""

    id: str
    cusip: str
    action: CorporateAction

    @property
    def key(self) -> str:
        """Return what events are sorted by."""
        return f"{self.action.ex_date}|{self.action.symbol}|{self.id}"


def routes(market: Market, history: BarHistory) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("corporate_actions", __name__)

    @blueprint.get("/v1/corporate-actions")
    def corporate_actions() -> Answer:
        today = new_york_day(history.now)
        symbols = list_parameter("symbols")
        actions = market.actions(
            read_symbols(symbols) if symbols else market.symbols,
            _date("start", today),
            min(_date("end", today), today + ANNOUNCED_AHEAD),
        )
        page, token = _page(_chosen([_event(action) for action in actions]))
        by_kind: dict[str, list[Json]] = {}
        for event in page:
            by_kind.setdefault(f"{event.action.kind}s", []).append(_event_json(event))
        return answer({"corporate_actions": by_kind, "next_page_token": token})

    return blueprint


def _chosen(events: Sequence[_Event]) -> list[_Event]:
    types, cusips, ids = (frozenset(list_parameter(name)) for name in ("types", "cusips", "ids"))
    if unknown := sorted(types - TYPES):
        raise bad(f"invalid types: {', '.join(unknown)}")
    return [
        event
        for event in events
        if (not types or event.action.kind in types)
        and (not cusips or event.cusip in cusips)
        and (not ids or event.id in ids)
    ]


def _page(events: list[_Event]) -> tuple[list[_Event], str | None]:
    sort, after = request.args.get("sort", "asc"), _after()
    if sort not in SORTS:
        raise bad(f"invalid sort: {sort}")
    is_descending = sort == "desc"
    rest = sorted(events, key=lambda event: event.key, reverse=is_descending)
    if after:
        rest = [event for event in rest if (event.key < after if is_descending else event.key > after)]
    limit = _limit()
    page = rest[:limit]
    return page, urlsafe_b64encode(page[-1].key.encode()).decode() if len(rest) > limit else None


def _after() -> str | None:
    token = request.args.get("page_token")
    try:
        return urlsafe_b64decode(token).decode() if token else None
    except (Base64Error, UnicodeDecodeError, ValueError):
        raise bad("invalid page_token") from None


def _limit() -> int:
    try:
        return number_parameter("limit", default=DEFAULT_PAGE, largest=LARGEST_PAGE)
    except BadRequest as error:
        raise bad(error.refusal.message) from None


def _date(name: str, default: date) -> date:
    text = request.args.get(name)
    try:
        return date.fromisoformat(text[:10]) if text else default
    except ValueError:
        raise bad(f"invalid {name}: {text}") from None


def _event(action: CorporateAction) -> _Event:
    name = f"{action.kind}|{action.symbol}|{action.ex_date}"
    return _Event(str(uuid5(_NAMESPACE, name)), _cusip(action.symbol), action)


def _cusip(symbol: str) -> str:
    """Return nine digits that stand for the symbol; the real numbers are licensed."""
    return f"{int(hashlib.sha256(symbol.encode()).hexdigest(), 16) % 10**9:09d}"


def _event_json(event: _Event) -> Json:
    action, paid = event.action, event.action.ex_date + PAID_AFTER
    told: Json = {"id": event.id, "symbol": action.symbol}
    if action.kind is ActionKind.CASH_DIVIDEND:
        told |= {"cusip": event.cusip, "rate": float(action.rate), "special": False, "foreign": False}
        return told | _dates(action, processed=paid, paid=paid)
    is_forward = action.kind is ActionKind.FORWARD_SPLIT
    told |= {"cusip": event.cusip} if is_forward else {"old_cusip": event.cusip, "new_cusip": _cusip(f"{event.id}")}
    told |= {"new_rate": float(action.new_rate), "old_rate": float(action.old_rate)}
    return told | _dates(action, processed=action.ex_date, paid=action.ex_date)


def _dates(action: CorporateAction, *, processed: date, paid: date) -> Json:
    ex_date = action.ex_date.isoformat()
    return {
        "process_date": processed.isoformat(),
        "ex_date": ex_date,
        "record_date": ex_date,
        "payable_date": paid.isoformat(),
    }
