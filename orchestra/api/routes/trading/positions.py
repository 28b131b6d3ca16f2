"""Positions over HTTP: what each algorithm holds, and what the account holds besides (S2-39)."""

from decimal import Decimal

from flask import Blueprint

from orchestra.api.answers import Reply, decimal_text, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State, algorithm_json
from orchestra.api.protocol import ROUTES
from orchestra.messages.live_snapshot import AlgorithmCard
from system_databse.truth import adjustment_rows, baseline_rows

FIGURES = ("shares", "avg_cost", "last_price", "market_value", "unrealized_pl", "day_pl")


def routes(api: ApiContext) -> Blueprint:
    """Return the route of positions."""
    blueprint = Blueprint("positions", __name__)

    @blueprint.get(ROUTES["positions"])
    def positions() -> Reply:
        snapshot = api.parts.board.snapshot
        cards = snapshot.algorithms if snapshot else ()
        return reply(
            {"positions": [position_json(card) for card in cards if card.figures.shares], "besides": besides()}
        )

    def besides() -> list[State]:
        with api.parts.system.reader() as connection:
            totals = adjustment_rows.qty_not_ours(connection)
            baseline = baseline_rows.load(connection)
        return [_beside(symbol, qty, baseline.get(symbol)) for symbol, qty in sorted(totals.items()) if qty]

    return blueprint


def position_json(card: AlgorithmCard) -> State:
    """Return what an algorithm holds, in the figures of its card."""
    known = algorithm_json(card)
    figures = known["card_calculations"]
    return {
        "algorithm_id": known["id"],
        "algorithm": known["name"],
        "symbol": known["ticker"],
        "price_at": known["price_at"],
        **{name: figures[name] for name in FIGURES},
    }


def _beside(symbol: str, qty: Decimal, baseline: tuple[Decimal, bool] | None) -> State:
    """Return a holding that is no algorithm's. baseline: how much of it there was before our first start."""
    return {
        "symbol": symbol,
        "shares": decimal_text(qty),
        "baseline": decimal_text(baseline[0]) if baseline else None,
        "is_confirmed": baseline[1] if baseline else None,
    }
