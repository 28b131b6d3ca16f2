"""The rest counter: an algorithm rests, or runs again.

In: PauseAlgorithm, ResumeAlgorithm. Out: answers. Thread: engine.
"""

import logging
from collections.abc import Callable

from orchestra.execution.books import Books
from orchestra.messages.commands import Answer, PauseAlgorithm, Refusal, ResumeAlgorithm, refused
from orchestra.messages.events import AlgorithmPaused, AlgorithmResumed
from orchestra.signals.roster import Roster
from orchestra.signals.strategy_runner import StrategyRunner
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus

log = logging.getLogger(__name__)


class RestCounter:
    """Pause and resume algorithms; one that was stopped stays stopped."""

    def __init__(
        self, books: Books, roster: Roster, runner: StrategyRunner, *, publish: Callable[[object], None]
    ) -> None:
        self._books = books
        self._roster = roster
        self._runner = runner
        self._publish = publish

    def pause(self, command: PauseAlgorithm) -> Answer:
        """Let an algorithm rest: its position and its prices stay."""
        record = self._known(command.algorithm_id)
        if isinstance(record, Answer):
            return record
        if record.status is not AlgorithmStatus.PAUSED:
            self._roster.pause(record.id)
            self._publish(AlgorithmPaused(record.id))
        return self._told(record.id)

    def resume(self, command: ResumeAlgorithm) -> Answer:
        """Run an algorithm again, on its file as it is now: the owner asks for it."""
        record = self._known(command.algorithm_id)
        if isinstance(record, Answer):
            return record
        if record.status is AlgorithmStatus.RUNNING:
            return self._told(record.id)
        sha256 = self._runner.current_sha256(record)
        if sha256 != record.file_sha256:
            self._books.renew(record.id, sha256)
            log.info("Algorithm %d (%s) runs on its file as it is now.", record.id, record.name)
        self._roster.resume(record.id)
        failed = self._books.records[record.id]
        if failed.status is AlgorithmStatus.ERROR:
            return refused(Refusal.CONFLICT, failed.last_error or "It cannot be built.")
        self._publish(AlgorithmResumed(record.id))
        return self._told(record.id)

    def _known(self, algorithm_id: int) -> AlgorithmRecord | Answer:
        record = self._books.records.get(algorithm_id)
        if record is None:
            return refused(Refusal.NOT_FOUND, f"There is no algorithm {algorithm_id}.")
        if record.status is AlgorithmStatus.STOPPED:
            return refused(Refusal.CONFLICT, f"Algorithm {algorithm_id} was stopped for good: start a new one.")
        return record

    def _told(self, algorithm_id: int) -> Answer:
        return Answer({"id": algorithm_id, "status": str(self._books.records[algorithm_id].status)})
