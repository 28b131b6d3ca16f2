"""Orders, fills and round trips of one algorithm over HTTP."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint

from orchestra.api.answers import PRICE_STEP, Reply, decimal_text, reply, time_text
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State, number
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import before_argument, limit_argument
from orchestra.api.routes.algorithm.known import card_of, known_algorithm, market_now
from orchestra.api.routes.algorithm.told_order import order_json
from system_databse.fill import Fill
from system_databse.history import order_lives
from system_databse.history.order_lives import FOR_EVER
from system_databse.performance.round_trips import RoundTrip, round_trips
from system_databse.rows import fills

MOST_TRIPS = 100


def routes(api: ApiContext) -> Blueprint:
    """Return the route of the orders."""
    blueprint = Blueprint("algorithm_orders", __name__)

    @blueprint.get(ROUTES["algorithm_orders"])
    def orders(algorithm_id: int) -> Reply:
        limit = limit_argument(default=50, largest=200)
        before = before_argument()
        known_algorithm(api, algorithm_id)
        with api.parts.system.reader() as connection:
            told = order_lives.newest_first(
                connection, algorithm_id, limit, before=FOR_EVER if before is None else before
            )
            booked = fills.of_algorithm(connection, algorithm_id)
        body = {"orders": [order_json(each, booked) for each in told], "has_older": len(told) == limit}
        return reply(body if before is not None else {**body, **_trips(api, algorithm_id, booked)})

    return blueprint


def _trips(api: ApiContext, algorithm_id: int, booked: Sequence[Fill]) -> State:
    """Return the newest round trips, or why they cannot be told."""
    card = card_of(api, algorithm_id)
    price = card.figures.last_price if card else None
    # Shares still held are worth something only where a price is known.
    prices = {fill.symbol: price if price is not None else float(fill.price) for fill in booked}
    try:
        trips = round_trips(booked, prices)
    except ValueError:
        note = "Round trips cannot be told: shares came or went in another way, such as a split."
        return {"round_trips": [], "round_trips_note": note}
    now = datetime.fromtimestamp(market_now(api), UTC)
    told = [_trip_json(trip, now, is_priced=price is not None) for trip in trips[-MOST_TRIPS:]]
    return {"round_trips": told[::-1], "round_trips_note": None}


def _trip_json(trip: RoundTrip, now: datetime, *, is_priced: bool) -> State:
    is_worth_known = trip.exited_at is not None or is_priced
    return {
        "entered_at": time_text(trip.entered_at),
        "exited_at": time_text(trip.exited_at),
        "shares": decimal_text(trip.shares),
        "held": decimal_text(trip.held),
        "entry_price": decimal_text(trip.entry_price, step=PRICE_STEP),
        "exit_price": decimal_text(trip.exit_price, step=PRICE_STEP) if is_worth_known else None,
        "pnl": decimal_text(trip.pnl, step=PRICE_STEP) if is_worth_known else None,
        "return": number(trip.return_) if is_worth_known else None,
        "minutes": round(trip.minutes(now)),
    }
