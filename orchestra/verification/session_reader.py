"""Read a session's rows out of its databases.

In: paths. Out: Books, Venue, when a halt began. Thread: any.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from database.errors import StorageError
from orchestra.verification.findings import Finding, Invariant, critical
from orchestra.verification.session_files import SessionFiles, is_begun, opened
from orchestra.verification.session_rows import (
    MICROSECONDS,
    Books,
    Difference,
    Execution,
    Holding,
    Intent,
    Reconciliation,
    Session,
    Span,
    Venue,
    VenueFill,
    VenueOrder,
    moment,
    number,
)

GRACE_SECONDS = 300.0
NO_EXCHANGE = "there is no exchange.db, and an account's own book cannot be read from here"
UNREADABLE_EXCHANGE = "exchange.db could not be read, see V7"

INTENTS = (
    "SELECT id, client_order_id, broker_order_id, algo_id, bar_ts, leg, purpose, symbol, side, qty, filled_qty,"
    " filled_notional, status, attempts, valid_until, created_at, first_sent_at, reject_reason, signal_id"
    " FROM orders ORDER BY id"
)
EXECUTIONS = "SELECT id, order_id, exec_id, qty, price, fee, cum_qty, ts FROM fills ORDER BY id"
HOLDINGS = "SELECT id, algo_id, symbol, side, quantity, entry_price, realized_pl, status FROM positions ORDER BY id"
SPANS = (
    "SELECT algo_id, minute, until_minute, action, outcome, gate, client_order_id FROM decisions"
    " ORDER BY algo_id, minute"
)
PROPOSALS = (
    "SELECT id, EXISTS(SELECT 1 FROM signal_decisions d WHERE d.signal_id = s.id AND d.stage = 'OWNER'"
    " AND d.outcome = 'APPROVED') AS is_approved FROM signals s"
    " WHERE source IN('ai', 'manual') AND signal_type IN('buy', 'sell')"
)
ADOPTED = "SELECT data FROM events WHERE type = 'order.adopted'"
NOT_OURS = "SELECT symbol, qty FROM baseline UNION ALL SELECT symbol, signed_qty FROM external_fills"
VENUE_ORDERS = "SELECT id, client_order_id, symbol, side, qty, filled_qty, status, updated_at FROM orders"
VENUE_FILLS = (
    "SELECT execution_id, order_id, client_order_id, symbol, side, qty, price, position_qty, at FROM fills"
    " ORDER BY sequence"
)


def read_session(
    files: SessionFiles, *, now: datetime | None, is_settled: bool | None
) -> tuple[Session, list[Finding]]:
    """Return what is to be judged, and what is wrong with an exchange's file; raises StorageError for system.db.

    The exchange is read first: whatever it knows was committed in our books before, so that they must show it.
    """
    # Asked before anything else: what is finished then stands still, whatever is read after it.
    is_finished = _is_finished(files)
    venue, no_venue, findings = None, NO_EXCHANGE, list[Finding]()
    try:
        venue = _read_venue(files) if is_begun(files.exchange, files.wait_seconds) else None
    except StorageError as error:
        findings.append(critical(Invariant.SOUND_FILES, str(error)))
        no_venue = UNREADABLE_EXCHANGE
    books = _read_books(files)
    is_strict = is_finished if is_settled is None else is_settled
    session = Session(
        books=books,
        venue=venue,
        no_venue=no_venue,
        halted_at=_read_halt(files) if is_begun(files.door, files.wait_seconds) else None,
        now=_now(books, venue, now),
        grace_seconds=0.0 if is_strict else GRACE_SECONDS,
    )
    return session, findings


def _is_finished(files: SessionFiles) -> bool:
    """Say whether this is a replay that has come to its end."""
    with opened(files.system, files.wait_seconds) as connection:
        return connection.execute("SELECT 1 FROM settings WHERE key = 'replay_finished'").fetchone() is not None


def _now(books: Books, venue: Venue | None, now: datetime | None) -> float:
    """Return the time of the market; an exchange of ours tells it, and stands still while the program is down.

    It is the time as the exchange was read: what our books know beyond it came later.
    """
    if venue is not None and venue.minute:
        return float(venue.minute)
    return now.timestamp() if now is not None else books.newest


def _read_books(files: SessionFiles) -> Books:
    """Return what system.db says; raises StorageError."""
    with opened(files.system, files.wait_seconds) as connection:
        owners = connection.execute("SELECT id FROM signals WHERE source <> 'algorithm'").fetchall()
        return Books(
            settings=dict(connection.execute("SELECT key, value FROM settings").fetchall()),
            intents=tuple(map(_intent, connection.execute(INTENTS))),
            executions=tuple(map(_execution, connection.execute(EXECUTIONS))),
            holdings=tuple(map(_holding, connection.execute(HOLDINGS))),
            spans=tuple(Span(*row) for row in connection.execute(SPANS)),
            reconciliations=tuple(
                Reconciliation(row["id"], moment(row["at"], f"recon_runs {row['id']}"), row["kind"], row["result"])
                for row in connection.execute("SELECT id, at, kind, result FROM recon_runs ORDER BY id")
            ),
            differences=(*map(_not_ours, connection.execute(NOT_OURS)), *_adjustments(connection)),
            owners_signals=frozenset(row["id"] for row in owners),
            proposals={row["id"]: bool(row["is_approved"]) for row in connection.execute(PROPOSALS)},
            adopted=tuple(row["data"] for row in connection.execute(ADOPTED)),
        )


def _read_venue(files: SessionFiles) -> Venue:
    """Return what exchange.db says; raises StorageError."""
    with opened(files.exchange, files.wait_seconds) as connection:
        account = connection.execute("SELECT account_number FROM account").fetchone()
        clock = connection.execute("SELECT minute FROM clock").fetchone()
        return Venue(
            account_number=account[0] if account else "",
            minute=clock[0] if clock else 0,
            orders=tuple(map(_venue_order, connection.execute(VENUE_ORDERS))),
            fills=tuple(map(_venue_fill, connection.execute(VENUE_FILLS))),
            positions={
                row["symbol"]: number(row["qty"], f"the exchange's position in {row['symbol']}")
                for row in connection.execute("SELECT symbol, qty FROM positions")
            },
        )


def _read_halt(files: SessionFiles) -> float | None:
    """Return since when a halt is in force, epoch seconds of market time; None without one, or an unreadable one."""
    with opened(files.door, files.wait_seconds) as connection:
        row = connection.execute("SELECT value FROM control WHERE key = 'halt'").fetchone()
    if row is None:
        return None
    try:
        return moment(json.loads(row["value"])["at"], "the halt")
    except (ValueError, TypeError, KeyError, StorageError):
        return None


def _not_ours(row: sqlite3.Row) -> Difference:
    return Difference(row["symbol"], number(row["qty"], f"what is not ours of {row['symbol']}"))


def _adjustments(connection: sqlite3.Connection) -> Iterator[Difference]:
    """Yield the adjustments in their order; older books kept less of them."""
    for row in connection.execute("SELECT * FROM adjustments ORDER BY id"):
        kept = dict(row)
        what = f"adjustment {kept['id']}"
        yield Difference(
            symbol=kept["symbol"],
            qty=number(kept["qty"], what),
            algo_id=kept["algo_id"],
            kind=kept["kind"],
            fills_before=int(kept.get("fills_before") or 0),
            price=_optional(kept.get("price"), what),
            other_symbol=kept.get("other_symbol"),
        )


def _intent(row: sqlite3.Row) -> Intent:
    what = f"order {row['client_order_id']}"
    return Intent(
        id=row["id"],
        client_order_id=str(row["client_order_id"]),
        broker_order_id=row["broker_order_id"],
        algo_id=row["algo_id"],
        bar_ts=row["bar_ts"],
        leg=row["leg"],
        purpose=row["purpose"],
        symbol=row["symbol"],
        side=row["side"],
        qty=number(row["qty"], what),
        filled_qty=number(row["filled_qty"], what),
        filled_notional=number(row["filled_notional"], what),
        status=row["status"],
        attempts=row["attempts"],
        valid_until=moment(row["valid_until"], what) if row["valid_until"] else None,
        created_at=moment(row["created_at"], what),
        first_sent_at=moment(row["first_sent_at"], what) if row["first_sent_at"] else None,
        reject_reason=row["reject_reason"],
        signal_id=row["signal_id"],
    )


def _execution(row: sqlite3.Row) -> Execution:
    what = f"fill {row['id']}"
    return Execution(
        id=row["id"],
        order_id=row["order_id"],
        exec_id=row["exec_id"],
        qty=number(row["qty"], what),
        price=number(row["price"], what),
        fee=number(row["fee"], what),
        cum_qty=_optional(row["cum_qty"], what),
        at=moment(row["ts"], what),
    )


def _optional(value: object, what: str) -> Decimal | None:
    return number(value, what) if value is not None else None


def _holding(row: sqlite3.Row) -> Holding:
    what = f"position {row['id']}"
    return Holding(
        id=row["id"],
        algo_id=row["algo_id"],
        symbol=row["symbol"],
        side=row["side"],
        qty=number(row["quantity"], what),
        entry_price=number(row["entry_price"], what),
        realized=number(row["realized_pl"], what),
        status=row["status"],
    )


def _venue_order(row: sqlite3.Row) -> VenueOrder:
    what = f"exchange order {row['client_order_id']}"
    return VenueOrder(
        id=row["id"],
        client_order_id=str(row["client_order_id"]),
        symbol=row["symbol"],
        side=row["side"],
        qty=number(row["qty"], what),
        filled_qty=number(row["filled_qty"], what),
        status=row["status"],
        updated_at=row["updated_at"] / MICROSECONDS,
    )


def _venue_fill(row: sqlite3.Row) -> VenueFill:
    what = f"execution {row['execution_id']}"
    return VenueFill(
        execution_id=row["execution_id"],
        order_id=row["order_id"],
        client_order_id=str(row["client_order_id"]),
        symbol=row["symbol"],
        side=row["side"],
        qty=number(row["qty"], what),
        price=number(row["price"], what),
        position_qty=number(row["position_qty"], what),
        at=float(row["at"]),
    )
