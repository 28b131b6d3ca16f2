"""One strategy over HTTP: its curve, its figures, why it bought and sold and what came of it."""

import sqlite3
from collections.abc import Sequence

from flask import Blueprint

from orchestra.api.answers import PRICE_STEP, Refused, Reply, decimal_text, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State
from orchestra.api.protocol import ROUTES
from orchestra.api.routes.strategies.curves import curve_plots
from orchestra.api.routes.strategies.figure_words import figures_in_words
from orchestra.api.routes.strategies.strategies import algorithm_json, by_strategy
from orchestra.api.routes.trading.round_trips import trip_json
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.history import order_history
from system_databse.history.trip_history import PastTrip
from system_databse.performance import strategy_metrics
from system_databse.performance.reason_table import ReasonRow, entry_reasons, exit_reasons
from system_databse.performance.value_curve import Member, curve_of, day_values
from system_databse.rows.equity_snapshots import scope_of

# Reasons are counted over the newest of them, so that no page takes long after years.
MOST_COUNTED = 1_000
MOST_REASONS = 20
SHOWN_TRIPS = 20


def routes(api: ApiContext) -> Blueprint:
    """Return the route of one strategy."""
    blueprint = Blueprint("strategy_page", __name__)

    @blueprint.get(ROUTES["strategy_page"])
    def strategy(strategy: str) -> Reply:
        with api.parts.system.reader() as connection:
            records = by_strategy(connection).get(strategy)
            if records is None:
                raise Refused(404, "No algorithm of this strategy ever ran.")
            row = strategy_metrics.newest(connection, mode=api.parts.mode).get(strategy)
            curve = curve_of([_member(connection, record) for record in records])
        own = {record.id for record in records}
        trips = [each for each in _trips(api) if each.trip.algorithm_id in own]
        return reply(
            {
                "strategy": strategy,
                "as_of": row and row["updated_at"],
                "days": len(curve.days),
                "figures": figures_in_words(row) if row else [],
                "plots": curve_plots(curve),
                "algorithms": [algorithm_json(record) for record in records],
                **_looking_back(api, trips),
            }
        )

    return blueprint


def _member(connection: sqlite3.Connection, record: AlgorithmRecord) -> Member:
    return Member(float(record.initial_capital), day_values(connection, scope_of(record.id)))


def _trips(api: ApiContext) -> Sequence[PastTrip]:
    try:
        return api.trips.all()
    except ValueError as error:
        raise Refused(409, f"The round trips cannot be told: {error}") from None


def _looking_back(api: ApiContext, trips: Sequence[PastTrip]) -> State:
    counted = trips[-MOST_COUNTED:]
    orders = [order for each in counted for order in (each.trip.entry_order, each.trip.exit_order)]
    with api.parts.system.reader() as connection:
        reasons = order_history.reasons(connection, orders)
    ended = [each.trip for each in counted]
    return {
        "reasons": {
            "entry": [_reason_json(row) for row in entry_reasons(ended, reasons)[:MOST_REASONS]],
            "exit": [_reason_json(row) for row in exit_reasons(ended, reasons)[:MOST_REASONS]],
            "of": len(counted),
        },
        "round_trips": [trip_json(each, reasons) for each in reversed(counted[-SHOWN_TRIPS:])],
        "total": len(trips),
    }


def _reason_json(row: ReasonRow) -> State:
    return {
        "reason": row.reason,
        "count": row.count,
        "win_rate": row.win_rate,
        "pnl": decimal_text(row.pnl, step=PRICE_STEP),
    }
