"""Orders for other programs: what was ordered and what came of it, newest first (S3-16)."""

from decimal import Decimal

from flask import Blueprint

from orchestra.api.api_context import ApiContext
from orchestra.api.describing.arguments import Choice
from orchestra.api.describing.description import Description, answers
from orchestra.api.describing.schemas import maybe, moment, number, record, rows, text, whole
from orchestra.api.feed.state_json import State
from orchestra.api.routes.window.told import STRATEGY_ARGUMENT, SYMBOL_ARGUMENT, figure, page_arguments
from system_databse.history import window_reads
from system_databse.history.order_history import OVER
from system_databse.history.window_reads import Row, Wanted
from system_databse.order import OrderStatus

SIDES = ("buy", "sell")
ASSET_CLASSES = ("us_equity", "us_option")
ALL = tuple(str(status) for status in OrderStatus)
WORKING = tuple(status for status in ALL if status not in OVER)

ORDER = record(
    "Order",
    {
        "id": whole("Its number, for paging."),
        "client_order_id": text("Our number of it at the broker."),
        "broker_order_id": maybe(text("The broker's number of it.")),
        "signal_id": maybe(whole("The signal it came from.")),
        "algorithm_id": maybe(whole("The algorithm it is for.")),
        "strategy": maybe(text("The strategy it is for.")),
        "asset_class": text("What is traded.", one_of=ASSET_CLASSES),
        "symbol": text("The ticker."),
        "contract_symbol": maybe(text("The option's own symbol.")),
        "side": text("Which way.", one_of=SIDES),
        "purpose": text("MANUAL is the owner's own.", one_of=("ENTRY", "EXIT", "MANUAL")),
        "order_type": text("market, limit, stop and so on."),
        "time_in_force": text("How long it holds; day is until the close."),
        "quantity": number("Shares or contracts."),
        "limit_price": maybe(number("Dollars a share.")),
        "stop_price": maybe(number("Dollars a share.")),
        "filled_quantity": number("How many of them are filled."),
        "average_price": maybe(number("Of what is filled, dollars a share.")),
        "mode": text("Whose money it is.", one_of=("DEMO", "PAPER", "LIVE", "BACKTEST")),
        "status": text("DENIED by our own rules, REJECTED by the broker.", one_of=ALL),
        "reject_reason": maybe(text("Why it was denied or rejected.")),
        "created_at": moment("When it was written down, which is before it is sent."),
        "updated_at": maybe(moment("When anything about it last changed.")),
        "ended_at": maybe(moment("When it came to its end.")),
    },
)
ORDERS = Description(
    summary="Orders",
    detail="Newest first, a page at a time. `working` selects the states in which an order may still trade.",
    arguments=(
        Choice("status", "Only in this state.", ("working", *ALL), is_state=True),
        Choice("side", "Only this way.", SIDES),
        Choice("asset_class", "Only shares, or only options.", ASSET_CLASSES),
        SYMBOL_ARGUMENT,
        STRATEGY_ARGUMENT,
        *page_arguments(50),
    ),
    answer=rows(ORDER),
)


def add(blueprint: Blueprint, api: ApiContext) -> None:
    """Add the route of orders."""

    @blueprint.get("/orders")
    @answers(ORDERS)
    def orders(*, status: str | None, limit: int, before_id: int | None, **equal: str | None) -> list[State]:
        states = WORKING if status == "working" else (status,) if status else ()
        with api.parts.system.reader() as connection:
            found = window_reads.orders(connection, Wanted(limit, before_id, states, equal))
        return [_order(row) for row in found]


def _order(row: Row) -> State:
    filled = Decimal(row["filled_qty"])
    return {
        **{name: row[name] for name in ("id", "client_order_id", "broker_order_id", "signal_id")},
        "algorithm_id": row["algo_id"],
        "strategy": row["strategy_name"],
        **{name: row[name] for name in ("asset_class", "symbol", "contract_symbol", "side", "purpose")},
        **{name: row[name] for name in ("order_type", "time_in_force")},
        "quantity": figure(row["qty"]),
        **{name: figure(row[name]) for name in ("limit_price", "stop_price")},
        "filled_quantity": figure(row["filled_qty"]),
        "average_price": float(Decimal(row["filled_notional"]) / filled) if filled else None,
        **{name: row[name] for name in ("mode", "status", "reject_reason", "created_at", "updated_at")},
        "ended_at": row["terminal_at"],
    }
