"""The roster: which algorithms exist, run, rest or are over, and whose prices they need.

In: the owner's wishes, the books. Out: instances in the runner, claims on symbols. Thread: engine.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from orchestra.runtime.network.subscriptions import Claim
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from system_databse.errors import StrategyError
from system_databse.ledger import Ledger

log = logging.getLogger(__name__)


class Books(Protocol):
    """What the roster needs of the books."""

    @property
    def records(self) -> Mapping[int, AlgorithmRecord]:
        """Return every algorithm by id."""

    @property
    def ledger(self) -> Ledger:
        """Return positions."""

    def add_algorithm(self, record: AlgorithmRecord) -> None:
        """Store a new algorithm."""

    def set_status(self, algorithm_id: int, status: AlgorithmStatus) -> AlgorithmRecord:
        """Store a status."""

    def fail(self, algorithm_id: int, error: str) -> AlgorithmRecord:
        """Switch an algorithm off."""


class Instances(Protocol):
    """What the roster needs of the runner."""

    def build(self, record: AlgorithmRecord) -> None:
        """Make the algorithm's instance."""

    def forget(self, algorithm_id: int) -> None:
        """Drop it."""


class Feed(Protocol):
    """What the roster needs of the data stream."""

    def claim(self, symbol: str, owner: str) -> None:
        """Need a symbol's prices."""

    def release(self, symbol: str, owner: str) -> None:
        """Need them no more."""

    def restore(self, claims: list[Claim]) -> None:
        """Take over the claims recomputed from the books."""


def nobody_minds(_algorithm_id: int) -> None:
    """Let an algorithm run again without more ado."""


class Roster:
    """Start, stop, pause and resume algorithms; stopping one touches nobody else's shares or prices.

    on_resume: told of an algorithm that is to run again, before it is built.
    """

    def __init__(self, books: Books, instances: Instances, feed: Feed) -> None:
        self._books = books
        self._instances = instances
        self._feed = feed
        self.on_resume: Callable[[int], None] = nobody_minds

    def restore(self) -> None:
        """Build what is running and claim what is needed: start-up and restart are one path."""
        for record in list(self._books.records.values()):
            if record.status is AlgorithmStatus.RUNNING:
                self._build(record)
        self.restore_claims()

    def restore_claims(self) -> None:
        """Make the claims exactly what the books call for: start-up and reconnect."""
        self._feed.restore(self.claims())

    def claims(self) -> list[Claim]:
        """Return every (symbol, owner) that the books call for."""
        wanted = [
            (record.ticker, _algorithm(record.id)) for record in self._books.records.values() if record.needs_prices
        ]
        held = [
            (position.symbol, _position(position.algorithm_id))
            for position in self._books.ledger.positions()
            if position.is_open
        ]
        return wanted + held

    def start(self, record: AlgorithmRecord) -> None:
        """Add a new algorithm and run it."""
        self._books.add_algorithm(record)
        self._build(record)
        self.refresh(record.id)

    def stop(self, algorithm_id: int) -> None:
        """End an algorithm for good; its shares stay, and so do their prices until they are gone."""
        if self._books.records[algorithm_id].status is not AlgorithmStatus.STOPPED:
            self._rest(algorithm_id, AlgorithmStatus.STOPPED)

    def pause(self, algorithm_id: int) -> None:
        """Let an algorithm rest; a stopped one stays stopped."""
        self._require_not_stopped(algorithm_id)
        self._rest(algorithm_id, AlgorithmStatus.PAUSED)

    def resume(self, algorithm_id: int) -> None:
        """Run a paused or failed algorithm again; a stopped one stays stopped."""
        self._require_not_stopped(algorithm_id)
        self.on_resume(algorithm_id)
        self._build(self._books.set_status(algorithm_id, AlgorithmStatus.RUNNING))
        self.refresh(algorithm_id)

    def switch_off(self, algorithm_id: int, reason: str) -> None:
        """Let an algorithm run no more until its owner resumes it; its shares and their prices stay."""
        self._require_not_stopped(algorithm_id)
        self._books.fail(algorithm_id, reason)
        self._instances.forget(algorithm_id)
        self.refresh(algorithm_id)

    def running_symbols(self) -> frozenset[str]:
        """Return the symbols of running algorithms."""
        return frozenset(record.ticker for record in self._running())

    def rest_all(self, symbol: str) -> list[int]:
        """Pause the running algorithms of a symbol and return their ids."""
        resting = [record.id for record in self._running() if record.ticker == symbol]
        for algorithm_id in resting:
            self.pause(algorithm_id)
        return resting

    def rebuild(self, symbol: str) -> None:
        """Make the running algorithms of a symbol anew, so that none remembers prices of before a split."""
        for record in self._running():
            if record.ticker == symbol:
                self._build(record)

    def refresh_all(self) -> None:
        """Make the claims what fills and failures of the last minute call for."""
        for algorithm_id in self._books.records:
            self.refresh(algorithm_id)

    def refresh(self, algorithm_id: int) -> None:
        """Claim or release one algorithm's symbol, for itself and for what it holds."""
        record = self._books.records[algorithm_id]
        position = self._books.ledger.position(algorithm_id, record.ticker)
        self._set(record.ticker, _algorithm(algorithm_id), is_needed=record.needs_prices)
        self._set(record.ticker, _position(algorithm_id), is_needed=position.is_open)

    def _running(self) -> list[AlgorithmRecord]:
        return [record for record in self._books.records.values() if record.status is AlgorithmStatus.RUNNING]

    def _set(self, symbol: str, owner: str, *, is_needed: bool) -> None:
        if is_needed:
            self._feed.claim(symbol, owner)
        else:
            self._feed.release(symbol, owner)

    def _require_not_stopped(self, algorithm_id: int) -> None:
        if self._books.records[algorithm_id].status is AlgorithmStatus.STOPPED:
            raise StrategyError(f"Algorithm {algorithm_id} has been stopped for good: start a new one.")

    def _rest(self, algorithm_id: int, status: AlgorithmStatus) -> None:
        self._books.set_status(algorithm_id, status)
        self._instances.forget(algorithm_id)
        self.refresh(algorithm_id)

    def _build(self, record: AlgorithmRecord) -> None:
        try:
            self._instances.build(record)
        except StrategyError as error:
            log.warning("Algorithm %d (%s) is switched off: %s", record.id, record.name, error)
            self._books.fail(record.id, str(error))


def _algorithm(algorithm_id: int) -> str:
    return f"algorithm:{algorithm_id}"


def _position(algorithm_id: int) -> str:
    return f"position:{algorithm_id}"
