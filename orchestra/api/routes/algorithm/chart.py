"""The chart of an algorithm over HTTP: bars of its ticker, its fills, the minutes that were more than holds."""

from flask import Blueprint, request

from database.bar import Bar
from database.timeframes.timeframe import Timeframe
from database.timestamps import iso_minute
from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import minute_argument
from orchestra.api.routes.algorithm.known import known_algorithm, market_now
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.history import order_lives
from system_databse.history.order_lives import MarkedFill
from system_databse.order import Purpose
from system_databse.rows import decision_history
from system_databse.rows.decision_history import ExplainedMinutes

MOST_BARS = 500
MOST_MARKS = 200


def routes(api: ApiContext) -> Blueprint:
    """Return the route of the chart."""
    blueprint = Blueprint("chart", __name__)

    @blueprint.get(ROUTES["chart"])
    def chart(algorithm_id: int) -> Reply:
        timeframe = _timeframe()
        since = minute_argument("since")
        record = known_algorithm(api, algorithm_id)
        bars = api.parts.bars.newest(record.ticker, timeframe, count=MOST_BARS, before=market_now(api), since=since)
        return reply(
            {
                "timeframe": str(timeframe),
                "ticker": record.ticker,
                "bars": [_bar_json(bar) for bar in bars],
                **_marks(api, record, bars[0].ts if bars else since or 0),
            }
        )

    return blueprint


def _timeframe() -> Timeframe:
    text = request.args.get("timeframe", Timeframe.ONE_MINUTE)
    if text not in set(Timeframe):
        raise Refused(400, f"'timeframe' must be one of {', '.join(Timeframe)}.")
    return Timeframe(text)


def _marks(api: ApiContext, record: AlgorithmRecord, since: int) -> State:
    with api.parts.system.reader() as connection:
        fills = order_lives.marked_fills(connection, record.id, since=iso_minute(since), limit=MOST_MARKS)
        minutes = decision_history.more_than_holds(connection, record.id, since=since, limit=MOST_MARKS)
    return {"fills": [_fill_json(fill) for fill in fills], "decisions": [_decision_json(each) for each in minutes]}


def _bar_json(bar: Bar) -> list[float | str]:
    """Return a bar as a short list, since there are five hundred: start, open, high, low, close, volume."""
    return [iso_minute(bar.ts), bar.open, bar.high, bar.low, bar.close, bar.volume]


def _fill_json(fill: MarkedFill) -> State:
    return {
        "at": fill.at,
        "side": fill.side,
        "shares": fill.qty,
        "price": fill.price,
        "minute": iso_minute(fill.minute),
        "is_owners": fill.purpose == Purpose.MANUAL,
        "reason": fill.reason,
    }


def _decision_json(minutes: ExplainedMinutes) -> State:
    return {
        "minute": iso_minute(minutes.minute),
        "action": minutes.action,
        "shares": minutes.shares,
        "outcome": minutes.outcome,
        "reason": minutes.reason,
        "gate": minutes.gate,
    }
