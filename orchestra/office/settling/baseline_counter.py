"""The baseline counter: the owner confirms what the account held before our first start.

In: ConfirmBaseline. Out: an answer. Thread: engine.
"""

from collections.abc import Callable

from orchestra.execution.truth.account_truth import AccountTruth
from orchestra.messages.commands import Answer, ConfirmBaseline, Refusal, refused


class BaselineCounter:
    """Confirm holdings that are not ours; from then on algorithms may buy beside them, and still never sell them.

    on_all_confirmed: called when nothing waits any more.
    """

    def __init__(self, truth: AccountTruth, *, on_all_confirmed: Callable[[], None]) -> None:
        self._truth = truth
        self._on_all_confirmed = on_all_confirmed

    def confirm(self, command: ConfirmBaseline) -> Answer:
        """Confirm the named symbols, or all of them when none is named; again changes nothing."""
        known = self._truth.baseline
        wanted = command.symbols or tuple(known)
        unknown = [symbol for symbol in wanted if symbol not in known]
        if unknown:
            return refused(Refusal.NOT_FOUND, f"The account held no {unknown[0]} before AutoTrader came.")
        self._truth.confirm(wanted)
        waiting = [symbol for symbol, (_, is_confirmed) in self._truth.baseline.items() if not is_confirmed]
        if not waiting:
            self._on_all_confirmed()
        return Answer({"confirmed": sorted(wanted), "waiting": waiting})
