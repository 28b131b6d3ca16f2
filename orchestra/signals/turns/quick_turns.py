"""Turns of a backtest: a hundred thousand a year, read by the same rules and limited by one timer for all of them.

In: what strategies answered, or the error a turn ended with. Out: signals. Thread: main.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import CodeType
from typing import Any

from orchestra.signals.turns.answer import Answer, plain_reason, plain_values, read_answer
from orchestra.signals.turns.turn_signal import LastBar, saw, turn_signal
from orchestra.signals.turns.turn_timer import TurnInterrupted, TurnTimer
from system_databse.errors import StrategyError
from system_databse.order import ZERO
from system_databse.snapshot import AlgorithmView
from system_databse.trading_signal import Action, Outcome, TradingSignal

NO_ANSWER = "did not answer within its time limit"


class QuickTurns:
    """Read turns.

    entry: the code that calls strategies, below which everything is theirs. is_explained: whether anybody will read
    what a decision was made on.
    """

    def __init__(self, timer: TurnTimer, entry: CodeType, *, is_explained: bool = True) -> None:
        self._timer = timer
        self._is_explained = is_explained
        self._entry = entry

    def plain(self, reason: object) -> str:
        """Return a strategy's reason as it is stored."""
        return plain_reason(reason)

    def saw(self, view: AlgorithmView, last_bar: LastBar | None, own: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a decision's row keeps of what was seen."""
        return saw(view, last_bar, plain_values(own))

    def signal(
        self, view: AlgorithmView, minute: int, *, returned: object, strategy: object, last_bar: LastBar | None
    ) -> TradingSignal:
        """Return the signal of an answer; raises StrategyError when it is not the contract's."""
        try:
            answer = read_answer(returned, strategy)
        except StrategyError:
            raise
        except BaseException as error:
            # What it left behind may be a property, and so its own code too.
            raise StrategyError(self._timer.told(error)) from error
        return turn_signal(view, minute, answer, last_bar=last_bar, is_explained=self._is_explained)

    def failed(
        self, view: AlgorithmView, minute: int, *, error: BaseException, last_bar: LastBar | None
    ) -> TradingSignal:
        """Return the signal of a turn that ended without an answer; raises the error again when it is not its own."""
        failure = Outcome.INTERRUPTED if isinstance(error, TurnInterrupted) else Outcome.FAILED
        is_told = isinstance(error, StrategyError)
        words = NO_ANSWER if failure is Outcome.INTERRUPTED else str(error) if is_told else self._timer.told(error)
        return turn_signal(view, minute, Answer(Action.NONE, ZERO, words), last_bar=last_bar, failure=failure)

    @contextmanager
    def limited(self, position: Callable[[], object]) -> Iterator[None]:
        """Interrupt a turn that stays at one position for longer than the limit."""
        with self._timer.watching(position, entry=self._entry):
            yield
