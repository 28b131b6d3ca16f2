"""GET /v2/account/portfolio/history: numbers, not strings, as Alpaca sends them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from flask import Blueprint, request

from database.calendar_manager import Session
from orchestra.paper_exchange.book.records.activities import Activity, ActivityKind
from orchestra.paper_exchange.book.refusal import invalid
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.extended_hours import AFTER_SECONDS, BEFORE_SECONDS
from orchestra.paper_exchange.portfolio_history import Ledger, Point, curve, steps_of
from orchestra.paper_exchange.share_prices import price_at
from orchestra.paper_exchange.wire.rest.answers import (
    Answer,
    BadRequest,
    answer,
    choice_parameter,
    day_parameter,
    flag_parameter,
    list_parameter,
)
from orchestra.paper_exchange.wire.shapes import NEW_YORK, Json

SECONDS: dict[str, int | None] = {"1Min": 60, "5Min": 300, "15Min": 900, "1H": 3600, "1D": None}
LONGEST_DAYS = {"1Min": 7, "5Min": 30, "15Min": 30, "1H": 30}
UNIT_DAYS = {"D": 1, "W": 7, "M": 30, "A": 365}
PERIOD = re.compile(r"([1-9]\d{0,2})([DWMA])")
REPORTING = {"market_hours": (0, 0), "extended_hours": (BEFORE_SECONDS, AFTER_SECONDS)}
REPORTING["continuous"] = REPORTING["extended_hours"]


@dataclass(frozen=True, slots=True)
class Range:
    """The days asked for, both included, and how many of their sessions at most; None is all."""

    first: date
    last: date
    session_count: int | None

    @property
    def days(self) -> int:
        """Return how many calendar days the range spans."""
        return self.session_count or (self.last - self.first).days


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("portfolio_history", __name__)

    @blueprint.get("/v2/account/portfolio/history")
    def history() -> Answer:
        return answer(_history(exchange))

    return blueprint


def _history(exchange: PaperExchange) -> Json:
    asked = _range(datetime.fromtimestamp(exchange.now, NEW_YORK).date())
    timeframe = choice_parameter("timeframe", SECONDS, _default_timeframe(asked.days))
    if asked.days > LONGEST_DAYS.get(timeframe, asked.days):
        raise BadRequest(invalid(f"timeframe {timeframe} is for at most {LONGEST_DAYS[timeframe]} days"))
    default_hours = "extended_hours" if flag_parameter("extended_hours") else "market_hours"
    around = REPORTING[choice_parameter("intraday_reporting", REPORTING, default_hours)]
    is_daily = SECONDS[timeframe] is None
    reset = choice_parameter("pnl_reset", ("per_day", "no_reset"), "no_reset" if is_daily else "per_day")
    sessions = _sessions(exchange, asked)
    steps = steps_of(sessions, SECONDS[timeframe], now=exchange.now, around=around)
    ledger = Ledger(exchange.account.opening_cash, exchange.store.fills(), exchange.store.activities())
    price_at = _prices(exchange)
    base = ledger.equity(sessions[0].open, price_at) if sessions else exchange.account.opening_cash
    starts_anew = _starts(sessions, around[0]) if reset == "per_day" else lambda _start: False
    return {
        **_points_json(curve(ledger, price_at, steps, base=base, starts_anew=starts_anew)),
        "base_value": float(round(base, 2)),
        "base_value_asof": _day_before(exchange, sessions).isoformat(),
        "timeframe": timeframe,
        "cashflow": _cashflow(exchange.store.activities(), steps),
    }


def _points_json(points: list[Point]) -> Json:
    return {
        "timestamp": [point.ts for point in points],
        "equity": [float(round(point.equity, 2)) for point in points],
        "profit_loss": [float(round(point.gain, 2)) for point in points],
        "profit_loss_pct": [float(round(point.gain_fraction, 6)) for point in points],
    }


def _day_before(exchange: PaperExchange, sessions: list[Session]) -> date:
    """Return the day whose close the first point is compared with; at the account's first session its own."""
    before = exchange.schedule.session_before(sessions[0]) if sessions else None
    opened = datetime.fromtimestamp(exchange.account.created_at, NEW_YORK).date()
    return max(before.day, opened) if before else opened


def _cashflow(activities: list[Activity], steps: list[tuple[int, int]]) -> dict[str, list[float]]:
    """Return what dividends paid in each step, when the client asks for that."""
    if not {"ALL", ActivityKind.DIVIDEND.value} & set(list_parameter("cashflow_types")):
        return {}
    paid = [(each.at, each.net_amount) for each in activities if each.kind is ActivityKind.DIVIDEND]
    return {"DIV": [float(sum(amount for at, amount in paid if start <= at < end)) for start, end in steps]}


def _range(today: date) -> Range:
    """Return the range that at most two of start, end and period span; one month by default."""
    period, start = request.args.get("period"), day_parameter("start")
    end = day_parameter("end") or day_parameter("date_end")
    if period and start and end:
        raise BadRequest(invalid("only two of start, end and period are accepted"))
    if start and not period:
        return _ordered(Range(start, end or today, None))
    match = PERIOD.fullmatch((period or "1M").upper())
    if match is None:
        raise BadRequest(invalid(f"invalid period: {period}"))
    count, unit = int(match[1]), match[2]
    length = timedelta(days=count * UNIT_DAYS[unit])
    if start:
        return Range(start, _moved(start, length), count if unit == "D" else None)
    last = end or today
    # Days are sessions: as many calendar days back as surely hold them.
    reach = length * 2 + timedelta(days=10) if unit == "D" else length
    return Range(_moved(last, -reach), last, count if unit == "D" else None)


def _ordered(asked: Range) -> Range:
    if asked.first > asked.last:
        raise BadRequest(invalid("start must not be after end"))
    return asked


def _moved(day: date, length: timedelta) -> date:
    try:
        return day + length
    except OverflowError:
        raise BadRequest(invalid("start and end must lie within the calendar")) from None


def _default_timeframe(days: int) -> str:
    if days < LONGEST_DAYS["1Min"]:
        return "1Min"
    return "15Min" if days < LONGEST_DAYS["15Min"] else "1D"


def _sessions(exchange: PaperExchange, asked: Range) -> list[Session]:
    """Return the sessions in the range that the account has seen, oldest first; of counted days the last ones."""
    found: list[Session] = []
    session: Session | None = exchange.schedule.session_of(exchange.now)
    while session and session.close > exchange.account.created_at and session.day >= asked.first:
        if session.day <= asked.last:
            found.append(session)
        if asked.session_count == len(found):
            break
        session = exchange.schedule.session_before(session)
    return found[::-1]


def _starts(sessions: list[Session], seconds_before: int) -> Callable[[int], bool]:
    starts = {session.open - seconds_before for session in sessions}
    return lambda start: start in starts


def _prices(exchange: PaperExchange) -> Callable[[str, int], Decimal]:
    def price(symbol: str, ts: int) -> Decimal:
        known = price_at(exchange.market, exchange.schedule, symbol=symbol, ts=ts)
        return exchange.last_price(symbol) if known is None else known

    return price
