"""Positions, signals and orders as other programs are told them: plain rows by column, newest first, filtered.

In: a read connection, what is wanted. Out: at most so many rows. Thread: any.
"""

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

_POSITIONS = "SELECT t.*, t.strategy AS strategy_name FROM positions t"
_SIGNALS = "SELECT t.*, t.strategy AS strategy_name FROM signals t"
_ORDERS = "SELECT t.*, a.name AS strategy_name FROM orders t LEFT JOIN algorithms a ON a.id = t.algo_id"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted. before: only smaller ids; states: only these, all when empty.

    equal: what columns must hold, None for anything; `strategy` is the name of whoever wanted it.
    """

    limit: int
    before: int | None = None
    states: Collection[str] = ()
    equal: Mapping[str, str | None] = field(default_factory=dict)


def positions(connection: sqlite3.Connection, wanted: Wanted) -> list[Row]:
    """Return rows of `positions`."""
    return _read(connection, _POSITIONS, wanted, strategy="t.strategy")


def signals(connection: sqlite3.Connection, wanted: Wanted) -> list[Row]:
    """Return rows of `signals`."""
    return _read(connection, _SIGNALS, wanted, strategy="t.strategy")


def orders(connection: sqlite3.Connection, wanted: Wanted) -> list[Row]:
    """Return rows of `orders`, each with the name of its algorithm as `strategy_name`."""
    return _read(connection, _ORDERS, wanted, strategy="a.name")


def _read(connection: sqlite3.Connection, select: str, wanted: Wanted, *, strategy: str) -> list[Row]:
    conditions: list[str] = ["1"]
    arguments: list[object] = []
    if wanted.before is not None:
        conditions.append("t.id < ?")
        arguments.append(wanted.before)
    for column, value in wanted.equal.items():
        if value is not None:
            conditions.append(f"{strategy if column == 'strategy' else f't.{column}'} = ?")
            arguments.append(value)
    if wanted.states:
        conditions.append(f"t.status IN({', '.join('?' * len(wanted.states))})")
        arguments += wanted.states
    query = f"{select} WHERE {' AND '.join(conditions)} ORDER BY t.id DESC LIMIT ?"
    cursor = connection.execute(query, (*arguments, wanted.limit))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
