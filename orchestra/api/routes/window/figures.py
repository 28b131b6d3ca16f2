"""How strategies do, for other programs: today's figures of one, and the newest of all (S1-13, S3-30)."""

from typing import Any

from flask import Blueprint

from database.calendar_manager import date_in_new_york
from orchestra.api.api_context import ApiContext
from orchestra.api.describing.arguments import Text
from orchestra.api.describing.description import Description, answers
from orchestra.api.describing.schemas import NOTHING, anything, either, maybe, number, record, rows, text, whole
from orchestra.api.feed.state_json import State
from orchestra.api.routes.algorithm.known import market_now
from orchestra.api.routes.algorithm.told_order import plain_values
from system_databse.performance import strategy_metrics

METRICS = record(
    "Metrics",
    {
        "strategy": text("Its name."),
        "date": text("The session, a day in New York."),
        "mode": text("Whose money it is.", one_of=("DEMO", "PAPER", "LIVE", "BACKTEST")),
        "total_trades": maybe(whole("Round trips that are over.")),
        "win_rate": maybe(number("Those that won, as a fraction of all.")),
        "profit_loss": maybe(number("What they won or lost together, dollars, fees taken off.")),
        "sharpe_ratio": maybe(number("Of daily returns; null before there are enough of them.")),
        "max_drawdown": maybe(number("Deepest fall from a peak, a fraction, never above 0.")),
    },
    is_open=True,
)
ANALYTICS = record(
    "Analytics",
    {
        "strategies": rows(METRICS),
        "account": anything("The same figures of the whole account, and its equity day by day."),
    },
    is_open=True,
)
TODAY = Description(
    summary="Today's figures of a strategy",
    detail="An empty object before there are any today, and for a strategy that nobody knows.",
    arguments=(Text("strategy", "The name of a strategy, as in `/strategies`.", is_in_path=True),),
    answer=either("The figures, or nothing.", METRICS, NOTHING),
)
ALL = Description(
    summary="Figures of all strategies", detail="The newest of each, and of the account.", answer=ANALYTICS
)


def add(blueprint: Blueprint, api: ApiContext) -> None:
    """Add the routes of figures."""

    def mode() -> str:
        snapshot = api.parts.board.snapshot
        return snapshot.mode if snapshot else api.parts.mode

    @blueprint.get("/metrics/<strategy>")
    @answers(TODAY)
    def metrics(*, strategy: str) -> State:
        date = date_in_new_york(market_now(api))
        with api.parts.system.reader() as connection:
            row = strategy_metrics.today(connection, strategy, mode=mode(), date=date.isoformat())
        return plain_values(row or {})

    @blueprint.get("/analytics")
    @answers(ALL)
    def analytics() -> State:
        with api.parts.system.reader() as connection:
            found: dict[str, Any] = strategy_metrics.analytics(connection, mode=mode())
        return plain_values(found)
