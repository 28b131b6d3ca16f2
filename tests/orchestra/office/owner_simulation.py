"""The order path's simulation with a restless owner in it: cancels and sales at any moment, on the same bad line."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from orchestra.office.owner_sales import OwnerSales
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.decision import Decision
from system_databse.snapshot import Snapshot
from system_databse.trading_signal import TradingSignal
from tests.orchestra.execution.order_path import CALENDAR, OrderPath, new_file
from tests.orchestra.execution.order_simulation import OrderSimulation, Outcome

CANCEL, SELL = 0.02, 0.03


class OwnerSimulation(OrderSimulation):
    """An owner who cancels what works and sells what is held; a sale that is over lets its algorithm trade again."""

    is_restless = True
    sales: OwnerSales | None = None
    sold = 0
    canceled = 0

    def handle_owners(self, signals: Iterable[TradingSignal], snapshot: Snapshot, minute: int) -> list[Decision]:
        path = self.standing()
        return path.desk.carry_out_owners(path.gate.judge(signals, snapshot, minute))

    def standing(self) -> OrderPath:
        assert self.path is not None
        return self.path

    def _start(self) -> None:
        if self.path is not None:
            return
        super()._start()
        path = self.standing()
        self.sales = OwnerSales(
            path.books,
            path.desk,
            self,
            clock=self.clock,
            calendar=CALENDAR,
            last_bar=lambda _symbol: None,
            on_done=self._trade_again,
        )

    def _trade_again(self, algorithm_id: int) -> None:
        self.sold += 1
        self.standing().books.set_status(algorithm_id, AlgorithmStatus.RUNNING)

    def _calm_down(self) -> None:
        super()._calm_down()
        self.is_restless = False

    def _wishes(self, minute: int) -> list[tuple[int, str, int]]:
        records = self.standing().books.records
        wishes = super()._wishes(minute)
        return [wish for wish in wishes if records[wish[0]].status is AlgorithmStatus.RUNNING]

    def _do_what_is_due(self) -> None:
        super()._do_what_is_due()
        if self.is_restless:
            self._act()
        assert self.sales is not None
        self.sales.run_due()

    def _act(self) -> None:
        path = self.standing()
        for order in path.books.open_orders():
            if order.is_working and self.chance.random() < CANCEL:
                self.canceled += 1
                path.desk.cancel(order, "CANCELED_BY_OWNER")
        for record in list(path.books.records.values()):
            if record.status is AlgorithmStatus.RUNNING and self.chance.random() < SELL:
                path.books.set_status(record.id, AlgorithmStatus.STOPPED)
                path.books.want_sale(record.id, is_wanted=True)


def run_owner_seed(seed: int, folder: Path) -> tuple[Outcome, OwnerSimulation]:
    """Run one seed; what is left of a wanted sale in the end is a violation too."""
    template = folder / "template.db"
    if not template.exists():
        new_file(template)
    file = folder / f"{seed}.db"
    simulation = OwnerSimulation(seed, template, file)
    outcome = simulation.run()
    with sqlite3.connect(file) as connection:
        left = connection.execute("SELECT id FROM algorithms WHERE sell_wanted").fetchall()
    outcome.violations.extend(f"the sale of algorithm {id_} has no end" for (id_,) in left)
    for leftover in folder.glob(f"{seed}.db*"):
        leftover.unlink()
    return outcome, simulation
