"""One algorithm's day made by hand: fills, orders and minutes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from database.bar import MINUTE
from database.calendar_manager import Session
from orchestra.backtest.checks.parity.findings import Said
from orchestra.backtest.checks.parity.live_day import LiveAlgorithm, LiveDay, LiveMinute, PastOrder
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.fill import Fill
from system_databse.order import Order, OrderStatus, Purpose, Side
from tests.orchestra.owner_house import CLOSE, OPEN

DAY = datetime(2024, 7, 3, tzinfo=UTC).date()
HOLD = Said("hold", "0", "HELD", None, "quiet")


def at(minutes: int, seconds: float = 0.0) -> datetime:
    """Return the moment so long after the open."""
    return datetime.fromtimestamp(OPEN + minutes * MINUTE, UTC) + timedelta(seconds=seconds)


def minute(number: int) -> int:
    return OPEN + number * MINUTE


def order(
    number: str,
    decided: int,
    *,
    side: Side = Side.BUY,
    qty: int = 10,
    status: OrderStatus = OrderStatus.FILLED,
    ended: datetime | None = None,
) -> PastOrder:
    """Return an order decided so many minutes after the open, in real time."""
    placed = Order(
        client_order_id=number,
        algorithm_id=1,
        minute=minute(decided - 1),
        leg=0,
        symbol="ACME",
        side=side,
        qty=Decimal(qty),
        purpose=Purpose.ENTRY if side is Side.BUY else Purpose.EXIT,
        created_at=at(decided, 2.1),
        valid_until=at(decided + 1),
        status=status,
    )
    return PastOrder(placed, ended)


def fill(number: str, moment: datetime, *, qty: int = 10, price: str = "50", side: Side = Side.BUY) -> Fill:
    return Fill(
        client_order_id=number,
        algorithm_id=1,
        symbol="ACME",
        side=side,
        execution_id=f"{number}-{moment.timestamp()}-{qty}",
        qty=Decimal(qty),
        price=Decimal(price),
        cumulative_qty=Decimal(qty),
        source="stream",
        at=moment,
    )


def algorithm(
    fills: Sequence[Fill] = (), orders: Sequence[PastOrder] = (), minutes: Sequence[LiveMinute] = ()
) -> LiveAlgorithm:
    record = AlgorithmRecord(1, "made", "ACME", Decimal(10_000), "made", "0" * 64)
    return LiveAlgorithm(record, tuple(minutes), tuple(fills), tuple(orders), minute(1))


def day(*algorithms: LiveAlgorithm) -> LiveDay:
    return LiveDay(Session(DAY, OPEN, CLOSE), "PAPER", algorithms, ())
