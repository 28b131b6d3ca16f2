"""A diary of made-up trading: orders in any state, their fills and reasons, written as the engine writes them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.fill import Fill
from system_databse.order import ZERO, Order, OrderStatus, Purpose, Side
from system_databse.rows import algorithms, fills, orders

# A Friday, 10:00 in New York.
MORNING = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
NAMES = {1: ("sma_crossover", "AAPL"), 2: ("mean_reversion", "MSFT")}


class TradeDiary:
    """Write orders and fills of two algorithms; each order is a minute later than the one before."""

    def __init__(self, store: SqliteStore, names: Mapping[int, tuple[str, str]] = NAMES) -> None:
        self.store = store
        self._names = names
        self._minutes = count()
        with store.transaction() as connection:
            known = {record.id for record in algorithms.load(connection)}
            for id_, (name, ticker) in names.items():
                if id_ not in known:
                    record = AlgorithmRecord(id_, name, ticker, Decimal(20_000), f"algorithm/{name}.py", "0" * 64)
                    algorithms.insert(connection, record, iso_milliseconds(MORNING))

    def order(
        self,
        status: OrderStatus = OrderStatus.FILLED,
        side: str = "buy",
        qty: int | str = 10,
        *,
        price: str = "185.00",
        filled: int | str | None = None,
        algorithm_id: int = 1,
        purpose: Purpose | None = None,
        reason: str = "20-bar average crossed the 50-bar average",
        refusal: str | None = None,
        day: datetime = MORNING,
        fee: str = "0",
        **changes: object,
    ) -> Order:
        """Write an order with its decision, and what has filled of it as one fill; returns it."""
        minute = next(self._minutes)
        created = day + timedelta(minutes=minute)
        bar = int(created.timestamp()) - 60
        done = Decimal(qty if filled is None and status is OrderStatus.FILLED else filled or 0)
        order = Order(
            client_order_id=f"at-abc123-{algorithm_id}-{minute}-0",
            algorithm_id=algorithm_id,
            minute=bar,
            leg=0,
            symbol=self._names[algorithm_id][1],
            side=Side(side),
            qty=Decimal(qty),
            purpose=purpose or (Purpose.ENTRY if side == "buy" else Purpose.EXIT),
            created_at=created,
            valid_until=created + timedelta(minutes=1),
        )
        after = replace(
            order,
            status=status,
            filled_qty=done,
            filled_notional=done * Decimal(price),
            reject_reason=refusal,
            **changes,  # type: ignore[arg-type]
        )
        with self.store.transaction() as connection:
            orders.insert(connection, order, mode="DEMO", signal_id=None)
            self._decide(connection, order, reason)
            orders.update(connection, after, created)
            if done != ZERO:
                fill = self._fill(after, Decimal(price), done, Decimal(fee))
                fills.insert(connection, fill, session_date=created.date().isoformat())
        return after

    def round_trip(self, bought: str, sold: str, **changes: object) -> None:
        """Write a buy and the sale of the same shares."""
        self.order(side="buy", price=bought, **changes)  # type: ignore[arg-type]
        self.order(side="sell", price=sold, **changes)  # type: ignore[arg-type]

    def end(self, order: Order, status: OrderStatus, *, refusal: str | None = None) -> None:
        """Let an order come to an end."""
        with self.store.transaction() as connection:
            orders.update(connection, replace(order, status=status, reject_reason=refusal), MORNING)

    def _decide(self, connection: object, order: Order, reason: str) -> None:
        if order.purpose is Purpose.MANUAL:
            return
        connection.execute(  # type: ignore[attr-defined]
            "INSERT INTO decisions(algo_id, minute, until_minute, action, shares, reason, outcome, client_order_id)"
            " VALUES(?, ?, ?, ?, ?, ?, 'SUBMITTED', ?)",
            (
                *(order.algorithm_id, order.minute + 60, order.minute + 60, order.side, str(order.qty)),
                *(reason, order.client_order_id),
            ),
        )

    @staticmethod
    def _fill(order: Order, price: Decimal, qty: Decimal, fee: Decimal) -> Fill:
        return Fill(
            client_order_id=order.client_order_id,
            algorithm_id=order.algorithm_id,
            symbol=order.symbol,
            side=order.side,
            execution_id=f"e-{order.client_order_id}",
            qty=qty,
            price=price,
            cumulative_qty=qty,
            source="stream",
            at=order.created_at + timedelta(seconds=2),
            fee=fee,
        )
