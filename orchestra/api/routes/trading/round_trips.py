"""Round trips over HTTP: what each holding came to, from the first share bought to the last one sold."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, Response

from orchestra.api.answers import PRICE_STEP, Refused, Reply, decimal_text, reply, time_text
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State
from orchestra.api.paging import paged
from orchestra.api.protocol import ROUTES
from orchestra.api.routes.trading.csv_file import Cell, csv_answer
from orchestra.api.routes.trading.selected import page_and_selection, selection
from system_databse.history import order_history
from system_databse.history.selection import Selection
from system_databse.history.trip_history import PastTrip, TripSums, page_of, sums_of

COLUMNS = (
    *("number", "algorithm_id", "algorithm", "symbol", "entered_at", "exited_at", "shares", "entry_price"),
    *("exit_price", "result", "percent", "fees", "minutes_held", "exit_purpose", "exit_reason"),
)
# Purpose of an order and why it was wanted, by our id of it.
Reasons = dict[str, order_history.Reason]


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of round trips."""
    blueprint = Blueprint("round_trips", __name__)

    def read(wanted: Selection) -> list[PastTrip]:
        try:
            return api.trips.selected(wanted)
        except ValueError as error:
            raise Refused(409, f"The round trips cannot be told: {error}") from None

    def reasons(trips: Sequence[PastTrip]) -> Reasons:
        with api.parts.system.reader() as connection:
            return order_history.reasons(connection, [each.trip.exit_order for each in trips])

    @blueprint.get(ROUTES["round_trips"])
    def round_trips() -> Reply:
        page, wanted = page_and_selection()
        selected = read(wanted)
        shown = page_of(selected, wanted)
        why = reasons(shown)
        body = paged("round_trips", [trip_json(each, why) for each in shown], page)
        return reply({**body, "sums": sums_json(sums_of(selected))})

    @blueprint.get(ROUTES["round_trips_file"])
    def file() -> Response:
        selected = read(selection(limit=1))
        return csv_answer("round-trips", COLUMNS, _cells(selected, reasons(selected)), now=api.parts.clock.now())

    return blueprint


def trip_json(told: PastTrip, reasons: Reasons) -> State:
    """Return a round trip as the page shows it; return is a fraction."""
    trip = told.trip
    purpose, reason = reasons.get(trip.exit_order or "", (None, None))
    return {
        "id": told.number,
        "algorithm_id": trip.algorithm_id,
        "algorithm": told.algorithm,
        "symbol": trip.symbol,
        "shares": decimal_text(trip.shares),
        "entered_at": time_text(trip.entered_at),
        "exited_at": time_text(trip.exited_at),
        "entry_price": decimal_text(trip.entry_price, step=PRICE_STEP),
        "exit_price": decimal_text(trip.exit_price, step=PRICE_STEP),
        "pnl": decimal_text(trip.pnl, step=PRICE_STEP),
        "return": trip.return_ if trip.cost else None,
        "fees": decimal_text(trip.fees),
        "minutes": _minutes(told),
        "exit_purpose": purpose,
        "exit_reason": reason,
    }


def sums_json(sums: TripSums) -> State:
    """Return what all selected round trips come to."""
    return {
        "count": sums.count,
        "wins": sums.wins,
        "pnl": decimal_text(sums.pnl, step=PRICE_STEP),
        "fees": decimal_text(sums.fees, step=PRICE_STEP),
        "win_rate": sums.win_rate,
        "profit_factor": sums.profit_factor,
        "expectancy": sums.expectancy,
    }


def _minutes(told: PastTrip) -> float:
    return told.trip.minutes(told.trip.exited_at or told.trip.entered_at)


def _cells(trips: Sequence[PastTrip], reasons: Reasons) -> Iterator[list[Cell]]:
    for told in trips:
        trip = told.trip
        purpose, reason = reasons.get(trip.exit_order or "", (None, None))
        yield [
            *(told.number, trip.algorithm_id, told.algorithm, trip.symbol),
            *(time_text(trip.entered_at), time_text(trip.exited_at)),
            *(trip.shares, trip.entry_price, trip.exit_price, trip.pnl),
            round(trip.return_ * 100, 4) if trip.cost else None,
            *(trip.fees, _minutes(told), purpose, reason),
        ]
