"""The orders' side of an engine: books, desk, and the comparison with the broker.

In: a world, the system database. Out: the parts that carry orders, wired. Thread: main.
"""

import logging
from collections.abc import Callable

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.execution.alpaca_broker import AlpacaBroker
from orchestra.execution.books import Books
from orchestra.execution.order_desk import OrderDesk
from orchestra.execution.order_numbers import OrderNumbers
from orchestra.execution.reconciler import Reconciler
from orchestra.execution.recovery import Recovery
from orchestra.execution.truth.position_watch import PositionWatch
from orchestra.messages.events import OrderUpdateReceived
from orchestra.messages.halt import Halt
from orchestra.risk.halt_switch import HaltSwitch
from orchestra.risk.limits.risk_limits import RiskLimits
from orchestra.risk.scarce.scarcity import Scarcity
from orchestra.worlds import World
from system_databse.errors import BrokerError

log = logging.getLogger(__name__)

RIVAL = "another installation on this account"


class OrderSide:
    """Everything that carries orders. halt: asked before each send, and set when another installation trades here."""

    def __init__(
        self,
        world: World,
        store: SqliteStore,
        numbers: OrderNumbers,
        *,
        publish: Callable[[object], None],
        halt: HaltSwitch,
    ) -> None:
        self._clock = world.clock
        self._halt = halt
        self.broker = AlpacaBroker(world.alpaca)
        self.books = Books(store, world.calendar, world.clock, mode=world.mode, publish=publish)
        self.desk = OrderDesk(
            self.broker,
            self.books,
            world.clock,
            calendar=world.calendar,
            numbers=numbers,
            is_halted=halt.ask,
        )
        self.reconciler = Reconciler(
            self.broker,
            self.books,
            self.desk,
            store=store,
            clock=world.clock,
            numbers=numbers,
            publish=publish,
            on_rival=self._on_rival,
        )
        self.limits = RiskLimits(store, publish=publish)
        self.scarcity = Scarcity(self.books.day_trades, places=lambda: self.limits.most_positions)
        self.recovery = Recovery(self.reconciler, world.clock)
        self.positions = PositionWatch(self.reconciler, world.clock)

    def on_update(self, message: OrderUpdateReceived) -> None:
        """Book a message of the order stream; one that cannot be read is a reason to compare everything."""
        try:
            report, execution = self.broker.read_update(message.message)
        except BrokerError as error:
            log.warning("%s", error)
            self.recovery.want("unreadable update")
            return
        self.desk.apply(report, execution, source="stream")

    def _on_rival(self, words: str) -> None:
        """Stop buying until the owner has said that it is safe, and keep saying so over restarts."""
        self._halt.set(Halt(iso_milliseconds(self._clock.now()), RIVAL, words, is_automatic=True))
        self.reconciler.alarms.tell("account.rival", f"Nothing is bought: {words}.")
