"""The orders' side of an engine: books, desk, and the comparison with the broker.

In: a world, the system database. Out: the parts that carry orders, wired. Thread: main.
"""

from collections.abc import Callable

from database.sqlite_store import SqliteStore
from orchestra.execution.alpaca_broker import AlpacaBroker
from orchestra.execution.books import Books
from orchestra.execution.order_desk import OrderDesk
from orchestra.execution.order_numbers import OrderNumbers
from orchestra.execution.reconciler import Reconciler
from orchestra.execution.recovery import Recovery
from orchestra.worlds import World


class OrderSide:
    """Everything that carries orders. is_halted: the halt switch."""

    def __init__(
        self,
        world: World,
        store: SqliteStore,
        numbers: OrderNumbers,
        *,
        publish: Callable[[object], None],
        is_halted: Callable[[], bool],
    ) -> None:
        self.broker = AlpacaBroker(world.alpaca)
        self.books = Books(store, world.calendar, world.clock, mode=world.mode, publish=publish)
        self.desk = OrderDesk(
            self.broker,
            self.books,
            world.clock,
            calendar=world.calendar,
            numbers=numbers,
            is_halted=is_halted,
        )
        self.reconciler = Reconciler(
            self.broker,
            self.books,
            self.desk,
            store=store,
            clock=world.clock,
            numbers=numbers,
            publish=publish,
        )
        self.recovery = Recovery(self.reconciler, world.clock)
