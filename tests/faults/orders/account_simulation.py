"""The order path's world at its worst: a restless owner, a stranger's hand in the account, a bad line, crashes."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from system_databse.order import Side
from tests.orchestra.execution.fake_broker import ExchangeOrder, FakeExchange
from tests.orchestra.execution.order_path import ALGORITHMS, Parts, new_file
from tests.orchestra.execution.order_simulation import Outcome
from tests.orchestra.office.owner_simulation import OwnerSimulation

STRANGER_TRADES = 0.02
# So many deaths in a run of half an hour mean that the program cannot stand on what it left behind.
MANY_DEATHS = 500


class AccountSimulation(OwnerSimulation):
    """The owner also trades by hand, at the broker's own page, in the symbols of the algorithms."""

    by_hand = 0

    def _die(self) -> None:
        super()._die()
        if self.crashes > MANY_DEATHS:
            raise RuntimeError("the program never stands again")

    def _trade(self) -> None:
        super()._trade()
        if self.is_restless and self.chance.random() < STRANGER_TRADES:
            self._trade_by_hand(self.chance.choice([symbol for _, symbol in ALGORITHMS]))

    def _trade_by_hand(self, symbol: str) -> None:
        """Buy, or sell what was bought by hand, wholly and at once."""
        held = sum(
            (order.filled_qty if order.side == "buy" else -order.filled_qty for order in self._strangers(symbol)),
            Decimal(0),
        )
        is_sale = held > 0 and self.chance.random() < 0.5
        order = ExchangeOrder(
            client_order_id=f"by-hand-{self.by_hand}",
            broker_id=f"b{len(self.exchange.orders)}",
            symbol=symbol,
            side=Side.SELL if is_sale else Side.BUY,
            qty=held if is_sale else Decimal(self.chance.randrange(1, 50)),
            submitted_at=self.clock.now(),
        )
        self.by_hand += 1
        self.exchange.orders.append(order)
        self.exchange.fill(order, order.qty, Decimal(100), now=self.clock.now())

    def _strangers(self, symbol: str) -> list[ExchangeOrder]:
        return [o for o in self.exchange.orders if o.symbol == symbol and o.client_order_id.startswith("by-hand-")]


@dataclass(frozen=True, slots=True)
class World:
    """What is put in place of the ordinary: parts of the program, the exchange, the simulation around both."""

    parts: Parts | None = None
    exchange: FakeExchange | None = None
    simulation: type[OwnerSimulation] = AccountSimulation


def template_in(folder: Path) -> Path:
    """Return a fresh system.db that runs are copied from; made once a folder."""
    template = folder / "template.db"
    return template if template.exists() else new_file(template)


def live(seed: int, folder: Path, world: World | None = None) -> tuple[Outcome, OwnerSimulation]:
    """Run one seed to its settled end, and clear up behind it."""
    world = world or World()
    file = folder / f"{seed}.db"
    simulation = world.simulation(seed, template_in(folder), file, exchange=world.exchange, parts=world.parts)
    try:
        return simulation.run(), simulation
    finally:
        if simulation.path is not None:
            simulation.path.store.close()
        for leftover in folder.glob(f"{file.name}*"):
            leftover.unlink()
