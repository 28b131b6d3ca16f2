"""Signals for other programs: every wish to trade, whoever had it, newest first (S1-12, S3-15)."""

from typing import Any

from flask import Blueprint

from database.timestamps import iso_minute
from orchestra.api.api_context import ApiContext
from orchestra.api.describing.arguments import Choice, Whole
from orchestra.api.describing.description import Description, answers
from orchestra.api.describing.schemas import anything, maybe, moment, number, record, rows, text, whole
from orchestra.api.feed.state_json import State
from orchestra.api.routes.window.told import (
    MOST_ROWS,
    STRATEGY_ARGUMENT,
    SYMBOL_ARGUMENT,
    page_arguments,
    real,
    values,
)
from system_databse.history import window_reads
from system_databse.history.window_reads import Row, Wanted

SOURCES = ("algorithm", "analyzer", "coordinator", "webhook", "ai", "manual")
STATES = ("RECORDED", "PENDING", "APPROVED", "REJECTED", "ORDERED", "EXECUTED", "EXPIRED", "FAILED")
ACTIONS = ("buy", "sell", "hold", "proposed")
RECENT = 50

SIGNAL = record(
    "Signal",
    {
        "id": whole("Its number, for paging."),
        "timestamp": moment("When it was made."),
        "source": text("Who wants it; manual is the owner.", one_of=SOURCES),
        "strategy": text("The strategy it comes from."),
        "algorithm_id": maybe(whole("The algorithm it comes from.")),
        "symbol": text("The ticker."),
        "action": text("What is wanted; proposed waits for the owner and never trades by itself.", one_of=ACTIONS),
        "direction": maybe(text("Which option.", one_of=("CALL", "PUT"))),
        "signal_type": maybe(text("The analyzer's own word for it; of a proposal buy or sell.")),
        "timeframe": maybe(text("Length of the bars it was seen on.")),
        "bar_at": maybe(moment("Start of the bar it was seen on.")),
        "price": maybe(number("Price of the ticker then, dollars a share.")),
        "strike": maybe(number("Strike of the option, dollars.")),
        "expiration": maybe(text("Last day of the option.")),
        "quantity": maybe(number("How many shares or contracts.")),
        "reason": maybe(text("Why it is wanted, in the strategy's own words.")),
        "confidence": maybe(number("How sure the strategy is, 0 to 1.")),
        "expected_profit": maybe(number("What the strategy expects to win, as a fraction of the price.")),
        "status": text("What has become of it; RECORDED is for information only.", one_of=STATES),
        "validation_result": anything("Which rules it was held against, and what they said."),
        "metadata": anything("The strategy's own values; of an AI perhaps ai_model and risk_score."),
        "updated_at": maybe(moment("When its state last changed.")),
    },
)
SIGNALS = Description(
    summary="Signals",
    detail="Newest first, a page at a time.",
    arguments=(
        Choice("status", "Only in this state.", STATES, is_state=True),
        Choice("source", "Only from there.", SOURCES),
        SYMBOL_ARGUMENT,
        STRATEGY_ARGUMENT,
        *page_arguments(RECENT),
    ),
    answer=rows(SIGNAL),
)
RECENT_SIGNALS = Description(
    summary="The newest signals",
    detail="The same rows as `/signals`, of every kind.",
    arguments=(Whole("limit", "At most so many.", 1, MOST_ROWS, RECENT),),
    answer=rows(SIGNAL),
)


def add(blueprint: Blueprint, api: ApiContext) -> None:
    """Add the routes of signals."""

    def read(wanted: Wanted) -> list[State]:
        with api.parts.system.reader() as connection:
            return [_signal(row) for row in window_reads.signals(connection, wanted)]

    @blueprint.get("/signals")
    @answers(SIGNALS)
    def signals(*, status: str | None, limit: int, before_id: int | None, **equal: str | None) -> list[State]:
        return read(Wanted(limit, before_id, (status,) if status else (), equal))

    @blueprint.get("/signals/recent")
    @answers(RECENT_SIGNALS)
    def recent_signals(*, limit: int) -> list[State]:
        return read(Wanted(limit))


def _signal(row: Row) -> State:
    seen_at: Any = row["bar_ts"]
    return {
        "id": row["id"],
        "timestamp": row["created_at"],
        **{name: row[name] for name in ("source", "strategy")},
        "algorithm_id": row["algo_id"],
        **{name: row[name] for name in ("symbol", "action", "direction", "signal_type", "timeframe")},
        "bar_at": iso_minute(seen_at) if seen_at is not None else None,
        **{name: real(row[name]) for name in ("price", "strike")},
        "expiration": row["expiration"],
        "quantity": real(row["quantity"]),
        # Kept in a column of its own since a later schema.
        "reason": row.get("reason") or None,
        **{name: real(row[name]) for name in ("confidence", "expected_profit")},
        "status": row["status"],
        "validation_result": values(row["validation_result"]),
        "metadata": values(row["metadata"]),
        "updated_at": row["updated_at"],
    }
