"""Strategies over HTTP: a row for each that ever ran, and one for all together."""

import sqlite3

from flask import Blueprint

from orchestra.api.answers import Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State
from orchestra.api.protocol import ROUTES
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.performance import strategy_metrics
from system_databse.rows import algorithms

FIGURES = tuple(name for name in strategy_metrics.COLUMNS if name not in ("strategy", "mode", "date"))
NONE_YET: State = dict.fromkeys(FIGURES)


def routes(api: ApiContext) -> Blueprint:
    """Return the route of the list."""
    blueprint = Blueprint("strategy_list", __name__)

    @blueprint.get(ROUTES["strategy_list"])
    def strategies() -> Reply:
        with api.parts.system.reader() as connection:
            known = by_strategy(connection)
            rows = strategy_metrics.newest(connection, mode=api.parts.mode)
        account = rows.get(strategy_metrics.ALL)
        told = [
            {"strategy": name, "algorithms": [algorithm_json(each) for each in records], **figures_of(rows.get(name))}
            for name, records in known.items()
        ]
        return reply({"strategies": told, "account": figures_of(account) if account else None})

    return blueprint


def by_strategy(connection: sqlite3.Connection) -> dict[str, list[AlgorithmRecord]]:
    """Return the algorithms of every strategy, those that are over included, by the name of its file."""
    found: dict[str, list[AlgorithmRecord]] = {}
    for record in sorted(algorithms.load(connection), key=lambda record: (record.name, record.id)):
        found.setdefault(record.name, []).append(record)
    return found


def figures_of(row: State | None) -> State:
    """Return the figures of a row; each is null before there is one."""
    return {name: row[name] for name in FIGURES} if row else NONE_YET


def algorithm_json(record: AlgorithmRecord) -> State:
    """Return which algorithm it is, and whether it still runs."""
    return {"id": record.id, "ticker": record.ticker, "status": record.status}
