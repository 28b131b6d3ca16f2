"""Invariants of the order path, read from the database file and the exchange's own book, never from the program."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.orchestra.execution.fake_broker import MILLIONTH, ZERO, ExchangeOrder, FakeExchange

AT_EXCHANGE = {"new": "ACCEPTED", "partially_filled": "PARTIALLY_FILLED", "filled": "FILLED", "canceled": "CANCELED"}
AT_EXCHANGE |= {"expired": "EXPIRED"}
OURS = "at-"
NOT_OURS = (
    "SELECT signed_qty AS qty FROM external_fills WHERE symbol = ? UNION ALL"
    " SELECT qty FROM adjustments WHERE algo_id IS NULL AND symbol = ? UNION ALL"
    " SELECT qty FROM baseline WHERE symbol = ?"
)
HALT_SECOND = timedelta(seconds=1)
NEVER_AT_EXCHANGE = {"DENIED", "REJECTED", "ABANDONED"}

# is_owners: wanted by the owner, or proposed to him and approved; no decision of the algorithm's minute.
ORDERS = (
    "SELECT o.*, o.purpose = 'MANUAL' OR s.signal_type IS NOT NULL AS is_owners"
    " FROM orders o LEFT JOIN signals s ON s.id = o.signal_id"
)
SALES = (
    "SELECT algo_id, symbol FROM orders WHERE side = 'sell'"
    " AND status NOT IN('FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'DENIED', 'ABANDONED')"
)

Halts = Sequence[tuple[datetime, datetime]]


def violations(file: Path, exchange: FakeExchange, *, halts: Halts = ()) -> list[str]:
    """Return every broken promise, for a run that has settled."""
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        rows = {row["client_order_id"]: row for row in connection.execute(ORDERS)}
        fills = connection.execute("SELECT f.*, o.client_order_id, o.algo_id, o.symbol, o.side FROM fills f"
                                   " JOIN orders o ON o.id = f.order_id ORDER BY f.id").fetchall()  # fmt: skip
        return [
            *no_orphan_and_no_duplicate(rows, exchange),
            *none_lost(rows, exchange),
            *fills_are_the_exchanges(rows, fills, exchange),
            *positions_follow_the_fills(connection, fills, exchange),
            *no_minute_decided_twice(connection),
            *reconciled_before_sending(exchange),
            *no_entry_while_halted(rows, exchange, halts),
            *file_is_whole(connection),
        ]
    finally:
        connection.close()


def no_orphan_and_no_duplicate(rows: dict[str, sqlite3.Row], exchange: FakeExchange) -> Iterator[str]:
    """V1."""
    seen = set()
    for order in exchange.orders:
        if order.client_order_id not in rows and order.client_order_id.startswith(OURS):
            yield f"V1 orphan {order.client_order_id}"
        if order.client_order_id in seen:
            yield f"V1 duplicate {order.client_order_id}"
        seen.add(order.client_order_id)
    # The owner's own orders stand beside what the algorithm decided in that minute.
    decided = {id_: row for id_, row in rows.items() if not row["is_owners"]}
    legs = [(row["algo_id"], row["bar_ts"]) for id_, row in decided.items() if id_ in seen]
    if len(legs) != len(set(legs)):
        yield "V1 two orders of one algorithm and minute"


def none_lost(rows: dict[str, sqlite3.Row], exchange: FakeExchange) -> Iterator[str]:
    """V2."""
    for id_, row in rows.items():
        status = row["status"]
        is_there = exchange.find(id_) is not None
        if status in NEVER_AT_EXCHANGE:
            if is_there:
                yield f"V2 {id_} is {status}, and at the exchange"
            if not row["reject_reason"]:
                yield f"V2 {id_} is {status} without a reason"
        elif not is_there:
            yield f"V2 {id_} is {status}, and not at the exchange"


def fills_are_the_exchanges(
    rows: dict[str, sqlite3.Row], fills: list[sqlite3.Row], exchange: FakeExchange
) -> Iterator[str]:
    """V3."""
    for order in exchange.orders:
        row = rows.get(order.client_order_id)
        if row is None:
            continue
        own = [fill for fill in fills if fill["client_order_id"] == order.client_order_id]
        yield from _fill_mistakes(order, row, own)


def _fill_mistakes(order: ExchangeOrder, row: sqlite3.Row, own: list[sqlite3.Row]) -> Iterator[str]:
    id_, filled = order.client_order_id, Decimal(row["filled_qty"])
    if filled != order.filled_qty or not 0 <= filled <= Decimal(row["qty"]):
        yield f"V3 {id_} has filled {filled}, at the exchange {order.filled_qty}"
    if row["status"] != AT_EXCHANGE[order.status]:
        yield f"V3 {id_} is {row['status']}, at the exchange {order.status}"
    if sum((Decimal(fill["qty"]) for fill in own), ZERO) != filled:
        yield f"V3 {id_}: its fills do not add up to {filled}"
    notional = sum((Decimal(fill["qty"]) * Decimal(fill["price"]) for fill in own), ZERO)
    if notional != Decimal(row["filled_notional"]):
        yield f"V3 {id_}: its fills cost {notional}, the order {row['filled_notional']}"
    if abs(notional - order.notional) > MILLIONTH * max(filled, 1):
        yield f"V3 {id_}: its fills cost {notional}, at the exchange {order.notional}"


def positions_follow_the_fills(
    connection: sqlite3.Connection, fills: list[sqlite3.Row], exchange: FakeExchange
) -> Iterator[str]:
    """V4, and nobody sells what he does not hold."""
    held: dict[tuple[int, str], Decimal] = {}
    for key, change in changes_of(connection, fills):
        held[key] = held.get(key, ZERO) + change
        if held[key] < 0:
            yield f"V4 algorithm {key[0]} sold what it did not hold of {key[1]}"
    rows = {
        (row["algo_id"], row["symbol"]): row
        for row in connection.execute("SELECT * FROM positions WHERE status <> 'CLOSED'")
    }
    stored = {key: Decimal(row["quantity"]) for key, row in rows.items()}
    if stored != {key: qty for key, qty in held.items() if qty}:
        yield f"V4 positions {stored} are not those of the fills {held}"
    sold = {(row["algo_id"], row["symbol"]) for row in connection.execute(SALES)}
    if {key for key, row in rows.items() if row["status"] == "CLOSING"} != sold.intersection(rows):
        yield f"V4 positions that say CLOSING are not those of the live sales {sold}"
    for symbol in {symbol for _, symbol in held} | {order.symbol for order in exchange.orders}:
        ours = sum((qty for key, qty in held.items() if key[1] == symbol), ZERO)
        strangers = connection.execute(NOT_OURS, (symbol,) * 3)
        ours += sum((Decimal(row["qty"]) for row in strangers), ZERO)
        if ours != exchange.position(symbol):
            yield f"V4 our books explain {ours} {symbol}, the account holds {exchange.position(symbol)}"
    last = connection.execute("SELECT result FROM recon_runs ORDER BY id DESC LIMIT 1").fetchone()
    if last and last["result"] != "clean":
        yield f"V4 the last comparison with the account says {last['result']}"


def changes_of(connection: sqlite3.Connection, fills: list[sqlite3.Row]) -> Iterator[tuple[tuple[int, str], Decimal]]:
    """Yield what came to whom or went, in order: fills, and what splits and the owner's word changed between them."""
    rows = connection.execute(
        "SELECT * FROM adjustments WHERE algo_id IS NOT NULL ORDER BY fills_before DESC, id DESC"
    ).fetchall()
    for number, fill in enumerate(fills):
        while rows and rows[-1]["fills_before"] <= number:
            row = rows.pop()
            yield (row["algo_id"], row["symbol"]), Decimal(row["qty"])
        qty = Decimal(fill["qty"])
        yield (fill["algo_id"], fill["symbol"]), qty if fill["side"] == "buy" else -qty
    for row in reversed(rows):
        yield (row["algo_id"], row["symbol"]), Decimal(row["qty"])


def no_minute_decided_twice(connection: sqlite3.Connection) -> Iterator[str]:
    """V5, first half."""
    until: dict[int, int] = {}
    for row in connection.execute("SELECT * FROM decisions ORDER BY algo_id, minute"):
        if row["minute"] <= until.get(row["algo_id"], 0):
            yield f"V5 algorithm {row['algo_id']} decided {row['minute']} twice"
        until[row["algo_id"]] = row["until_minute"]
    cursor = connection.execute("SELECT value FROM settings WHERE key = 'engine_minute'").fetchone()
    if until and int(cursor[0]) != max(until.values()):
        yield f"V5 the cursor is {cursor[0]}, the last decision {max(until.values())}"
    yield from owners_orders_are_explained(connection)
    for row in connection.execute(f"SELECT bar_ts, algo_id FROM ({ORDERS}) WHERE NOT is_owners"):
        decided = connection.execute(
            "SELECT outcome FROM decisions WHERE algo_id = ? AND minute = ?", (row["algo_id"], row["bar_ts"] + 60)
        ).fetchone()
        if decided is None or decided["outcome"] != "SUBMITTED":
            yield f"V5 an order of algorithm {row['algo_id']} without its decision"


def owners_orders_are_explained(connection: sqlite3.Connection) -> Iterator[str]:
    """Check that each order of the owner has its signal, and that signal its decision."""
    explained = (
        "SELECT 1 FROM signals s JOIN signal_decisions d ON d.signal_id = s.id"
        " WHERE s.id = ? AND d.stage = 'OWNER' AND (s.source = 'manual' AND d.outcome = 'SUBMITTED'"
        " OR s.signal_type IS NOT NULL AND d.outcome = 'APPROVED')"
    )
    for row in connection.execute("SELECT client_order_id, signal_id FROM orders WHERE purpose = 'MANUAL'"):
        if connection.execute(explained, (row["signal_id"],)).fetchone() is None:
            yield f"V5 the owner's order {row['client_order_id']} without its decision"


def reconciled_before_sending(exchange: FakeExchange) -> Iterator[str]:
    """V5, second half: in each life of the program nothing is sent before orders and positions were read."""
    seen: set[str] = set()
    for request in exchange.requests:
        word = request.partition(" ")[0]
        if word == "connect":
            seen.clear()
        if word == "submit" and not {"list", "positions"} <= seen:
            yield f"V5 {request} before the start-up pass"
        seen.add(word)


def no_entry_while_halted(rows: dict[str, sqlite3.Row], exchange: FakeExchange, halts: Halts) -> Iterator[str]:
    """V6 of the order path: in the first second of a halt an entry may end DENIED, later none begins."""
    for id_, row in rows.items():
        created_at = datetime.fromisoformat(row["created_at"])
        spans = [(start, end) for start, end in halts if start < created_at < end]
        is_denied = row["status"] == "DENIED" and exchange.find(id_) is None
        is_late = any(created_at > start + HALT_SECOND for start, _ in spans)
        if row["purpose"] == "ENTRY" and spans and (is_late or not is_denied):
            yield f"V6 entry {id_} was committed during a halt and is {row['status']}"


def file_is_whole(connection: sqlite3.Connection) -> Iterator[str]:
    """V7."""
    if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
        yield "V7 the file is damaged"
    if connection.execute("PRAGMA foreign_key_check").fetchall():
        yield "V7 a foreign key points nowhere"
