"""Day trades for other programs: how many of the rolling five sessions are used (S1-14)."""

from flask import Blueprint

from orchestra.api.api_context import ApiContext
from orchestra.api.describing.description import Description, answers
from orchestra.api.describing.schemas import flag, maybe, record, text, whole
from orchestra.api.feed.state_json import State
from orchestra.messages.live_snapshot import DayTradeStatus

# Before the engine has counted.
NONE_YET = DayTradeStatus(trades_used=0, trades_remaining=3, week_start="", limit_applies=False, policy="")

DAY_TRADES = record(
    "DayTradeStatus",
    {
        "trades_used": whole("Day trades in the window of five sessions."),
        "trades_remaining": whole("How many are left of three."),
        "week_start": maybe(text("The window's first session, a day in New York; null before the first count.")),
        "limit_applies": flag("Whether the limit would bind this account: ours, no rule of a broker."),
        "policy": maybe(text("Whether trading is kept to it: off, advisory, enforce.")),
    },
)
STATUS = Description(
    summary="Day trades",
    detail="Counted by AutoTrader itself; nothing of it is read from the broker.",
    answer=DAY_TRADES,
)


def add(blueprint: Blueprint, api: ApiContext) -> None:
    """Add the route of day trades."""

    @blueprint.get("/pdt/status")
    @answers(STATUS)
    def day_trades() -> State:
        snapshot = api.parts.board.snapshot
        status = (snapshot.day_trades if snapshot else None) or NONE_YET
        return {
            "trades_used": status.trades_used,
            "trades_remaining": status.trades_remaining,
            "week_start": status.week_start or None,
            "limit_applies": status.limit_applies,
            "policy": status.policy or None,
        }
