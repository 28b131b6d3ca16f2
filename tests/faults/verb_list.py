"""The classes by their verb, and how much of each is enough: in the default run, and for the targets."""

from dataclasses import dataclass

from tests.faults.kill.kill import kill
from tests.faults.orders.crash import crash, http, splits, stream
from tests.faults.orders.planted import planted
from tests.faults.program.algorithms import algorithms
from tests.faults.program.clock import clock
from tests.faults.program.day import bars, day
from tests.faults.program.files import files
from tests.faults.program.outage import outage
from tests.faults.program.stop import stop_signals
from tests.faults.soak.soak import soak
from tests.faults.store.corrupt import corrupt
from tests.faults.store.disk import disk
from tests.faults.store.locked import locked
from tests.faults.store.nth import nth
from tests.faults.store.torn import torn
from tests.faults.store.upgrade import upgrade
from tests.faults.tally import Class


@dataclass(frozen=True, slots=True)
class Fault:
    """One class. few: runs in the default run of the tests; many: the target of the campaign.

    units: where a run is more than one fault, or the class ends by itself: how many there are at least.
    """

    run: Class
    few: int
    many: int
    units: int | None = None

    @property
    def about(self) -> str:
        """Return the first line of what the class says of itself."""
        return (self.run.__doc__ or "").partition("\n")[0]

    def least(self, runs: int) -> int:
        """Return how many faults that many runs have to inject."""
        return runs if self.units is None else min(runs, self.units)


FAULTS = {
    "crash": Fault(crash, few=300, many=20_000),
    "kill": Fault(kill, few=12, many=1_000),
    "nth": Fault(nth, few=60, many=100_000, units=1_000),
    "torn": Fault(torn, few=40, many=2_000),
    "corrupt": Fault(corrupt, few=12, many=200),
    "disk": Fault(disk, few=10, many=500),
    "locked": Fault(locked, few=2, many=10),
    "splits": Fault(splits, few=6, many=1_000),
    "http": Fault(http, few=200, many=20_000),
    "stream": Fault(stream, few=200, many=20_000),
    "bars": Fault(bars, few=1, many=20, units=1),
    "clock": Fault(clock, few=8, many=400),
    "outage": Fault(outage, few=2, many=14),
    "algorithms": Fault(algorithms, few=6, many=17),
    "files": Fault(files, few=19, many=19),
    "day": Fault(day, few=1, many=40, units=1),
    "stop": Fault(stop_signals, few=2, many=50),
    "upgrade": Fault(upgrade, few=12, many=100_000, units=100),
    "soak": Fault(soak, few=1, many=30),
    "planted": Fault(planted, few=40, many=40, units=12),
}
