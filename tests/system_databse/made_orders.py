"""What the tests about orders share: orders, reports, fills and decisions made of few words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from system_databse import system_schema
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.decision import Decision
from system_databse.fill import ExecutionReport, Fill
from system_databse.order import ZERO, Order, OrderReport, OrderStatus, Purpose, Side
from system_databse.rows import algorithms
from system_databse.trading_signal import Action, Outcome, TradingSignal

MINUTE = 60
NOON = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)
NOW = "2026-11-18T17:00:00.000Z"


def order_in(status: OrderStatus = OrderStatus.PENDING, *, qty: int = 10, leg: int = 0, side: Side = Side.BUY) -> Order:
    minute = int(NOON.timestamp()) - MINUTE
    return Order(
        client_order_id=f"at-abc123-1-x-{leg}",
        algorithm_id=1,
        minute=minute,
        leg=leg,
        symbol="SPY",
        side=side,
        qty=Decimal(qty),
        purpose=Purpose.ENTRY if side is Side.BUY else Purpose.EXIT,
        created_at=NOON,
        valid_until=NOON + timedelta(minutes=1),
        status=status,
    )


def report_of(
    status: OrderStatus, filled: int | Decimal = 0, notional: int | Decimal = 0, *, order: Order | None = None
) -> OrderReport:
    order = order or order_in()
    return OrderReport(
        client_order_id=order.client_order_id,
        broker_order_id=f"b-{order.leg}",
        symbol=order.symbol,
        side=order.side,
        qty=order.qty,
        status=status,
        raw_status=status.lower(),
        filled_qty=Decimal(filled),
        filled_notional=Decimal(notional),
        at=NOON,
    )


def execution_of(id_: str, qty: int, price: int | str) -> ExecutionReport:
    return ExecutionReport(id_, Decimal(qty), Decimal(price), NOON)


def fill_of(
    number: int, side: str, qty: int | Decimal, price: str | Decimal, *, algorithm: int = 1, symbol: str = "SPY"
) -> Fill:
    return Fill(
        client_order_id=f"at-abc123-{algorithm}-x-{number}",
        algorithm_id=algorithm,
        symbol=symbol,
        side=Side(side),
        execution_id=f"e{number}",
        qty=Decimal(qty),
        price=Decimal(price),
        cumulative_qty=Decimal(qty),
        source="stream",
        at=NOON + timedelta(minutes=number),
        fee=ZERO,
    )


def decision_at(minute: int, outcome: Outcome = Outcome.HELD, *, reason: str = "", algorithm: int = 1) -> Decision:
    action = {Outcome.HELD: Action.HOLD, Outcome.DENIED: Action.BUY, Outcome.SUBMITTED: Action.BUY}.get(outcome)
    signal = TradingSignal(algorithm, "toy", "SPY", minute, action or Action.NONE, Decimal(0), reason=reason)
    return Decision(signal, outcome, reason)


def open_store(folder: Path) -> SqliteStore:
    """Return a new system database that knows algorithms 1 and 2 on SPY."""
    store = open_database(
        folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL"
    )
    with store.transaction() as connection:
        for id_ in (1, 2):
            algorithms.insert(connection, AlgorithmRecord(id_, "toy", "SPY", Decimal(100_000), "toy.py", "0"), NOW)
    return store
