"""The program as a process of its own: the real order path on a real file, its exchange at the other end of a pipe."""

import logging
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from database.sqlite_store import SqliteStore
from system_databse.errors import BrokerError, BrokerRejected
from tests.faults.kill.fast_clock import FastClock
from tests.orchestra.execution.order_path import CALENDAR, MINUTE, OrderPath, Parts
from tests.orchestra.execution.order_simulation import wishes_at

RECONCILE_SECONDS = 60.0
PAUSE_SECONDS = 0.6


class SafeStore(SqliteStore):
    """The store as the program opens it for money."""

    def __init__(self, path: Path, *, synchronous: str, **more: Any) -> None:
        super().__init__(path, synchronous="FULL", **more)


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error of the broker on its way through the pipe."""

    kind: type[BrokerError]
    text: str
    status: int | None = None
    code: int | None = None

    @classmethod
    def of(cls, error: BrokerError) -> "Trouble":
        return cls(type(error), str(error), getattr(error, "status", None), getattr(error, "code", None))

    def error(self) -> BrokerError:
        if self.kind is BrokerRejected:
            return BrokerRejected(self.text, status=self.status, code=self.code)
        return self.kind(self.text)


class RemotePort:
    """Alpaca's port, whose other end the parent holds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def submit_order(
        self, *, symbol: str, qty: Decimal, side: str, client_order_id: str, is_exit: bool = False
    ) -> dict[str, Any]:
        # Plain text: an enum of ours has no business in the exchange's book.
        return self._call("submit_order", symbol=symbol, qty=qty, side=str(side), client_order_id=client_order_id)

    def cancel_order(self, broker_order_id: str) -> None:
        self._call("cancel_order", broker_order_id)

    def order_by_client_id(self, client_order_id: str) -> dict[str, Any] | None:
        return self._call("order_by_client_id", client_order_id)

    def orders(self, after: datetime | None) -> list[dict[str, Any]]:
        return self._call("orders", after)

    def positions(self) -> list[dict[str, Any]]:
        return self._call("positions")

    def account(self) -> dict[str, Any]:
        return self._call("account")

    def heard(self) -> list[dict[str, Any]]:
        """Return what the order stream brought since the last time."""
        return self._call("heard")

    def _call(self, name: str, *arguments: object, **more: object) -> Any:
        self._connection.send((name, arguments, more))
        answer = self._connection.recv()
        if isinstance(answer, Trouble):
            raise answer.error()
        return answer


def trade(connection: Connection, file: Path, epoch: float, is_deciding: bool) -> None:
    """Trade until killed; an end of the pipe ends it too."""
    logging.disable(logging.CRITICAL)
    clock, port = FastClock(epoch), RemotePort(connection)
    try:
        path = OrderPath(file, port, clock, parts=Parts(store=SafeStore))
        path.add_algorithms()
        _reconcile_at_start(path, clock)
        _go_on(path, clock, is_deciding=is_deciding)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _reconcile_at_start(path: OrderPath, clock: FastClock) -> None:
    while True:
        try:
            path.reconciler.run("start")
        except BrokerError:
            clock.sleep(5)
        else:
            return


def _go_on(path: OrderPath, clock: FastClock, *, is_deciding: bool) -> None:
    started_at = reconciled_at = clock.seconds
    while True:
        minute = int(clock.seconds // MINUTE) * MINUTE
        is_new = minute > path.books.minute and minute > started_at
        if is_deciding and is_new and CALENDAR.session_for_decision(minute):
            path.decide(minute, *wishes_at(path.books, minute))
        for message in path.port.heard():
            path.hear(message)
        path.desk.run_due()
        if clock.seconds > reconciled_at + RECONCILE_SECONDS:
            reconciled_at = clock.seconds
            _recheck(path)
        clock.sleep(PAUSE_SECONDS)


def _recheck(path: OrderPath) -> None:
    try:
        path.reconciler.run("periodic")
    except BrokerError:
        return
