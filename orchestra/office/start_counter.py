"""The start counter: a new algorithm, checked and tried before anything is stored.

In: StartAlgorithm. Out: a running algorithm, or why not. Thread: engine. Strangers' code runs here under the time limit
of a turn; whatever it does, trading goes on.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal

from orchestra.execution.books import Books
from orchestra.messages.commands import Answer, Refusal, StartAlgorithm, refused
from orchestra.messages.events import AlgorithmStarted
from orchestra.signals.roster import Roster
from orchestra.signals.strategy_loader import NAME
from orchestra.signals.strategy_runner import StrategyRunner
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.errors import StrategyError

TICKER = re.compile(r"[A-Z][A-Z.]{0,9}")
CENT = Decimal("0.01")
LARGEST_CAPITAL = Decimal(1_000_000_000)


class StartCounter:
    """Start algorithms. available: dollars a new one may be given; prepare: gets a symbol's history under way."""

    def __init__(
        self,
        books: Books,
        roster: Roster,
        runner: StrategyRunner,
        *,
        available: Callable[[], Decimal],
        prepare: Callable[[str], None],
        publish: Callable[[object], None],
    ) -> None:
        self._books = books
        self._roster = roster
        self._runner = runner
        self._available = available
        self._prepare = prepare
        self._publish = publish

    def start(self, command: StartAlgorithm) -> Answer:
        """Check the command, try the strategy, then store and run it."""
        mistake = _mistake(command)
        if mistake:
            return refused(Refusal.INVALID, mistake)
        earlier = self._earlier(command)
        if earlier is not None:
            return earlier
        available = self._available()
        if command.capital > available:
            wanted = f"${command.capital:,.2f} wanted, ${available:,.2f} available"
            return refused(Refusal.CONFLICT, f"There is not enough cash: {wanted}.")
        try:
            record = self._tried(command)
        except StrategyError as error:
            return refused(Refusal.INVALID, str(error))
        self._roster.start(record)
        self._prepare(record.ticker)
        self._publish(AlgorithmStarted(record.id, record.name, record.ticker))
        return Answer({"id": record.id})

    def _tried(self, command: StartAlgorithm) -> AlgorithmRecord:
        """Return the record of what could be built; raises StrategyError."""
        strategy, params = self._runner.try_out(
            command.algorithm, command.ticker, command.capital, params=command.params
        )
        return AlgorithmRecord(
            id=max(self._books.records, default=0) + 1,
            name=strategy.name,
            ticker=command.ticker,
            initial_capital=command.capital,
            file=strategy.file,
            file_sha256=strategy.sha256,
            params=json.dumps(params),
            command_id=command.command_id,
        )

    def _earlier(self, command: StartAlgorithm) -> Answer | None:
        """Return the answer to a command that was carried out before, of which a crash may have left no other trace."""
        if command.command_id is None:
            return None
        record = next((each for each in self._books.records.values() if each.command_id == command.command_id), None)
        if record is None:
            return None
        started = record.name, record.ticker, record.initial_capital, json.loads(record.params)
        if started != (command.algorithm, command.ticker, command.capital, dict(command.params)):
            return refused(Refusal.CONFLICT, f"This id belongs to the command that started algorithm {record.id}.")
        return Answer({"id": record.id})


def _mistake(command: StartAlgorithm) -> str | None:
    """Return what is wrong with the command itself."""
    if not NAME.fullmatch(command.algorithm):
        return f"{command.algorithm[:40]!r} is no name of an algorithm: choose one of the files in algorithm/."
    if not TICKER.fullmatch(command.ticker):
        return f"{command.ticker[:40]!r} is no ticker: one to ten capital letters, a dot among them if need be."
    capital = command.capital
    if not capital.is_finite() or not 0 < capital <= LARGEST_CAPITAL:
        return f"The capital must be more than 0 and at most {LARGEST_CAPITAL:,} dollars."
    if capital != capital.quantize(CENT):
        return "The capital must be in whole cents."
    return None
