"""Strategies for other programs: what runs, and on which tickers (S1-15)."""

from flask import Blueprint

from orchestra.api.answers import time_text
from orchestra.api.api_context import ApiContext
from orchestra.api.describing.description import Description, answers
from orchestra.api.describing.schemas import maybe, moment, record, rows, text, whole
from orchestra.api.feed.state_json import State
from system_databse.algorithm_record import AlgorithmStatus

STRATEGY = record(
    "Strategy",
    {
        "name": text("Its name, as in `/metrics/{strategy}`."),
        "kind": text("What kind of part it is.", one_of=("algorithm",)),
        "status": text("RUNNING, PAUSED by the owner, ERROR after too many faults.", one_of=tuple(AlgorithmStatus)),
        "symbols": rows(text("A ticker it looks at.")),
        "algorithm_id": whole("The algorithm's number; one strategy may run several times."),
        "last_run_at": maybe(moment("When it was last asked.")),
    },
)
STRATEGIES = Description(
    summary="Active strategies", detail="Every algorithm that is not stopped.", answer=rows(STRATEGY)
)


def add(blueprint: Blueprint, api: ApiContext) -> None:
    """Add the route of strategies."""

    @blueprint.get("/strategies")
    @answers(STRATEGIES)
    def strategies() -> list[State]:
        snapshot = api.parts.board.snapshot
        cards = snapshot.algorithms if snapshot else ()
        return [
            {
                "name": card.record.name,
                "kind": "algorithm",
                "status": str(card.record.status),
                "symbols": [card.record.ticker],
                "algorithm_id": card.record.id,
                "last_run_at": time_text(card.figures.last_run_at),
            }
            for card in cards
            if card.record.status is not AlgorithmStatus.STOPPED
        ]
