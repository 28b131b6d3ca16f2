"""Positions for other programs: what is held and what was, in one row for shares and options (S1-11, S3-17)."""

from flask import Blueprint

from database.timestamps import iso_minute
from orchestra.api.api_context import ApiContext
from orchestra.api.describing.arguments import Choice
from orchestra.api.describing.description import Description, answers
from orchestra.api.describing.schemas import maybe, moment, number, record, rows, text, whole
from orchestra.api.feed.state_json import State
from orchestra.api.routes.algorithm.known import card_of
from orchestra.api.routes.window.told import (
    MOST_ROWS,
    STRATEGY_ARGUMENT,
    SYMBOL_ARGUMENT,
    figure,
    page_arguments,
    real,
)
from orchestra.messages.live_snapshot import AlgorithmCard
from system_databse.history import window_reads
from system_databse.history.window_reads import Row, Wanted

HELD = ("OPEN", "CLOSING")
STATES = {"open": HELD, "closing": ("CLOSING",), "closed": ("CLOSED",), "all": ()}
ASSET_CLASSES = ("us_equity", "us_option")

POSITION = record(
    "Position",
    {
        "id": whole("Its number, for paging."),
        "symbol": text("The ticker; of an option that of its underlying."),
        "contract_symbol": maybe(text("The option's own symbol.")),
        "asset_class": text("What is held.", one_of=ASSET_CLASSES),
        "strategy": text("The strategy that holds it."),
        "algorithm_id": maybe(whole("The algorithm that holds it.")),
        "mode": text("Whose money it is.", one_of=("DEMO", "PAPER", "LIVE", "BACKTEST")),
        "side": text("Which way.", one_of=("long", "short")),
        "quantity": number("Shares or contracts, never below 0; 0 once it is closed."),
        "multiplier": whole("Shares a unit: 1, of most options 100."),
        "entry_price": number("Average price paid, dollars a share."),
        "current_price": maybe(number("Newest price, dollars a share.")),
        "price_at": maybe(moment("When the bar of that price began.")),
        "stop_price": maybe(number("Where it is sold to end a loss.")),
        "unrealized_pl": maybe(number("What selling it now would win or lose, dollars.")),
        "realized_pl": number("What it has won or lost so far, dollars, fees taken off."),
        "iv": maybe(number("Implied volatility of an option.")),
        "delta": maybe(number("Delta of an option.")),
        "theta": maybe(number("Theta of an option, dollars a day.")),
        "status": text("OPEN, CLOSING while an order to sell it works, CLOSED.", one_of=(*HELD, "CLOSED")),
        "close_reason": maybe(text("Why it was closed: what its strategy calls the exit, or whoever sold it said.")),
        "opened_at": moment("Its first fill."),
        "closed_at": maybe(moment("Its last fill.")),
    },
)
POSITIONS = Description(
    summary="Positions",
    detail="What is held now, unless `status` asks for something else; `open` includes what is being sold.",
    arguments=(
        Choice("status", "Only in this state.", tuple(STATES), "open", is_state=True),
        Choice("asset_class", "Only shares, or only options.", ASSET_CLASSES),
        STRATEGY_ARGUMENT,
        SYMBOL_ARGUMENT,
        *page_arguments(MOST_ROWS),
    ),
    answer=rows(POSITION),
)


def add(blueprint: Blueprint, api: ApiContext) -> None:
    """Add the route of positions."""

    @blueprint.get("/positions")
    @answers(POSITIONS)
    def positions(*, status: str, limit: int, before_id: int | None, **equal: str | None) -> list[State]:
        wanted = Wanted(limit, before_id, STATES[status], equal)
        with api.parts.system.reader() as connection:
            found = window_reads.positions(connection, wanted)
        return [_position(row, _card(api, row)) for row in found]


def _card(api: ApiContext, row: Row) -> AlgorithmCard | None:
    """Return the card that knows the price of what the row holds."""
    if row["status"] not in HELD or row["asset_class"] != "us_equity" or row["algo_id"] is None:
        return None
    card = card_of(api, row["algo_id"])
    return card if card and card.record.ticker == row["symbol"] else None


def _position(row: Row, card: AlgorithmCard | None) -> State:
    return {
        **{name: row[name] for name in ("id", "symbol", "contract_symbol", "asset_class", "strategy")},
        "algorithm_id": row["algo_id"],
        **{name: row[name] for name in ("mode", "side")},
        "quantity": figure(row["quantity"]),
        "multiplier": row["multiplier"],
        "entry_price": figure(row["entry_price"]),
        **(_as_on_card(card) if card else _as_in_row(row)),
        "stop_price": real(row["stop_price"]),
        "realized_pl": figure(row["realized_pl"]),
        **{name: real(row[name]) for name in ("iv", "delta", "theta")},
        **{name: row[name] for name in ("status", "close_reason", "opened_at", "closed_at")},
    }


def _as_on_card(card: AlgorithmCard) -> State:
    gain = card.figures.unrealized_pl
    return {
        "current_price": real(card.figures.last_price),
        "price_at": iso_minute(card.price_at) if card.price_at is not None else None,
        "unrealized_pl": real(float(gain)) if gain is not None else None,
    }


def _as_in_row(row: Row) -> State:
    """Return the prices of the row; without a price nobody knows what selling would bring."""
    is_known = row["current_price"] is not None or row["status"] == "CLOSED"
    return {
        "current_price": real(row["current_price"]),
        "price_at": row["price_at"],
        "unrealized_pl": real(row["unrealized_pl"]) if is_known else None,
    }
