"""The algorithms that the command line asks for, matched with those the books know already.

In: strategies and the wishes for them. Out: records in the books. Thread: main, before the run.
"""

import json
import logging
from collections.abc import Iterator, Sequence

from orchestra.execution.books import Books
from orchestra.messages.commands import StartAlgorithm
from orchestra.signals.strategy_loader import StrategyFile
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus

log = logging.getLogger(__name__)


class AskedAlgorithms:
    """Bring the books level with what is asked for; equal wishes are as many algorithms."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def add(self, strategies: Sequence[StrategyFile], commands: Sequence[StartAlgorithm]) -> None:
        """Store algorithms that the books do not know yet, in order; repeating the call adds none."""
        for strategy, command, record in self._matched(strategies, commands):
            if record is None:
                self._books.add_algorithm(
                    AlgorithmRecord(
                        id=max(self._books.records, default=0) + 1,
                        name=strategy.name,
                        ticker=command.ticker,
                        initial_capital=command.capital,
                        file=strategy.file,
                        file_sha256=strategy.sha256,
                        params=json.dumps(dict(command.params)),
                    )
                )

    def renew(self, strategies: Sequence[StrategyFile], commands: Sequence[StartAlgorithm]) -> None:
        """Let known algorithms run again that failed too often or whose file was changed: the owner asks for them."""
        for strategy, _, record in self._matched(strategies, commands):
            if record is None or record.status is AlgorithmStatus.STOPPED:
                continue
            if record.status is AlgorithmStatus.ERROR or record.file_sha256 != strategy.sha256:
                self._books.renew(record.id, strategy.sha256)
                log.info("Algorithm %d (%s) runs again, on its file as it is now.", record.id, record.name)

    def _matched(
        self, strategies: Sequence[StrategyFile], commands: Sequence[StartAlgorithm]
    ) -> Iterator[tuple[StrategyFile, StartAlgorithm, AlgorithmRecord | None]]:
        """Yield each command with its own record."""
        free = list(self._books.records.values())
        for strategy, command in zip(strategies, commands, strict=True):
            wanted = (strategy.file, command.ticker, command.capital, dict(command.params))
            record = next((record for record in free if _wish(record) == wanted), None)
            if record is not None:
                free.remove(record)
            yield strategy, command, record


def _wish(record: AlgorithmRecord) -> tuple[object, ...]:
    """Return what was asked for when this algorithm was started."""
    return record.file, record.ticker, record.initial_capital, json.loads(record.params)
