"""Rows of exchange.db to values of the book and back: decimals and dates are text, the rest is what SQLite knows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, fields
from datetime import date
from decimal import Decimal
from typing import Any

from orchestra.paper_exchange.book.account import Account
from orchestra.paper_exchange.book.orders import (
    Leg,
    Order,
    OrderClass,
    OrderFill,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from orchestra.paper_exchange.book.positions import Position
from orchestra.paper_exchange.book.records.activities import Activity, ActivityKind
from orchestra.paper_exchange.book.records.configuration import Configuration

ORDER_COLUMNS = [column.name for column in fields(Order)]
FILL_COLUMNS = [column.name for column in fields(OrderFill)]
ACTIVITY_COLUMNS = [column.name for column in fields(Activity)]

Reader = Mapping[str, Any]

_ORDER: Reader = {
    "side": Side,
    "type": OrderType,
    "time_in_force": TimeInForce,
    "status": OrderStatus,
    "order_class": OrderClass,
    "leg": Leg,
    **dict.fromkeys(("is_triggered", "extended_hours"), bool),
    **dict.fromkeys(("qty", "filled_qty", "notional", "limit_price", "stop_price", "filled_avg_price"), Decimal),
    **dict.fromkeys(("trail_price", "trail_percent", "hwm"), Decimal),
}
_FILL: Reader = {
    "side": Side,
    **dict.fromkeys(("qty", "price", "cumulative_qty", "leaves_qty", "position_qty"), Decimal),
}
_ACTIVITY: Reader = {
    "kind": ActivityKind,
    "day": date.fromisoformat,
    **dict.fromkeys(("qty", "net_amount", "per_share_amount"), Decimal),
}


def row(record: Order | OrderFill | Position | Activity) -> list[Any]:
    """Return a record's values in the order of its columns."""
    return [_stored(value) for value in astuple(record)]


def read_order(values: Sequence[Any]) -> Order:
    """Return the order of a row with ORDER_COLUMNS."""
    return Order(**_read(ORDER_COLUMNS, values, _ORDER))


def read_fill(values: Sequence[Any]) -> OrderFill:
    """Return the execution of a row with FILL_COLUMNS."""
    return OrderFill(**_read(FILL_COLUMNS, values, _FILL))


def read_activity(values: Sequence[Any]) -> Activity:
    """Return the activity of a row with ACTIVITY_COLUMNS."""
    return Activity(**_read(ACTIVITY_COLUMNS, values, _ACTIVITY))


def configuration_rows(configuration: Configuration) -> list[tuple[str, str]]:
    """Return name and JSON value of every setting."""
    return [(name, json.dumps(value)) for name, value in asdict(configuration).items()]


def read_configuration(rows: Iterable[Sequence[str]]) -> Configuration:
    """Return the configuration of these rows; settings without a row have their default."""
    return Configuration(**{name: json.loads(value) for name, value in rows})


def read_account(
    head: Mapping[str, Any],
    *,
    positions: Iterable[Position],
    working: Iterable[Order],
    configuration: Configuration,
) -> Account:
    """Return the account of its row and what belongs to it."""
    return Account(
        id=head["id"],
        account_number=head["account_number"],
        created_at=head["created_at"],
        opening_cash=Decimal(head["opening_cash"]),
        cash=Decimal(head["cash"]),
        last_equity=Decimal(head["last_equity"]),
        market_fingerprint=head["market_fingerprint"],
        configuration=configuration,
        positions={position.symbol: position for position in positions},
        working={order.id: order for order in working},
    )


def _read(columns: Sequence[str], values: Sequence[Any], kinds: Reader) -> dict[str, Any]:
    return {name: _as(kinds.get(name), value) for name, value in zip(columns, values, strict=True)}


def _as(kind: Any, value: Any) -> Any:
    return value if kind is None or value is None else kind(value)


def _stored(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
