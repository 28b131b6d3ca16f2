"""The classes by their verb, and how much of each is enough: in the default run, and for the targets."""

from dataclasses import dataclass

from tests.faults.kill.kill import kill
from tests.faults.orders.crash import crash, http, stream
from tests.faults.orders.planted import planted
from tests.faults.tally import Class


@dataclass(frozen=True, slots=True)
class Fault:
    """One class. few: faults in the default run of the tests; many: the target of the campaign."""

    run: Class
    few: int
    many: int

    @property
    def about(self) -> str:
        """Return the first line of what the class says of itself."""
        return (self.run.__doc__ or "").partition("\n")[0]


FAULTS = {
    "crash": Fault(crash, few=400, many=20_000),
    "kill": Fault(kill, few=12, many=1_000),
    "http": Fault(http, few=200, many=20_000),
    "stream": Fault(stream, few=200, many=20_000),
    "planted": Fault(planted, few=4, many=50),
}
