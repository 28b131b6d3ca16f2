"""One algorithm the owner started: a file, a ticker, an amount of money."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

FAILURES_UNTIL_ERROR = 5


class AlgorithmStatus(StrEnum):
    """Life of an algorithm. ERROR: switched off after repeated failures; STOPPED is final."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    ERROR = "ERROR"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class AlgorithmRecord:
    """A row of `algorithms`. file: path as the owner gave it or `algorithm/<name>.py`.

    is_sell_wanted: the owner stopped it and wants its shares sold; it stays set until they are gone.
    command_id: of the command that started it, None where it had none.
    """

    id: int
    name: str
    ticker: str
    initial_capital: Decimal
    file: str
    file_sha256: str
    params: str = "{}"
    status: AlgorithmStatus = AlgorithmStatus.RUNNING
    error_count: int = 0
    last_error: str | None = None
    is_sell_wanted: bool = False
    command_id: str | None = None

    @property
    def needs_prices(self) -> bool:
        """Say whether the algorithm itself keeps its ticker subscribed."""
        return self.status in (AlgorithmStatus.RUNNING, AlgorithmStatus.PAUSED)

    def failed(self, error: str) -> "AlgorithmRecord":
        """Return the record after one more failed turn; the fifth in a row switches it off."""
        count = self.error_count + 1
        status = AlgorithmStatus.ERROR if count >= FAILURES_UNTIL_ERROR else self.status
        return replace(self, error_count=count, last_error=error, status=status)

    def answered(self) -> "AlgorithmRecord":
        """Return the record after a turn that gave a proper answer."""
        return replace(self, error_count=0) if self.error_count else self
