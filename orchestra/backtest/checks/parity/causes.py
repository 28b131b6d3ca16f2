"""Why a decision differs: the first cause that what is known supports, the surest first.

In: live's decision, the same minute decided again once, twice, and by an instance as old as live's. Out: a cause in
words, or UNEXPLAINED. Thread: any.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestra.backtest.checks.parity.findings import Cause, Said
from orchestra.backtest.checks.parity.live_day import LiveMinute
from orchestra.backtest.checks.parity.repetition import Again
from orchestra.backtest.checks.parity.suspect_bars import SuspectBars
from orchestra.backtest.checks.parity.watched_world import Read
from system_databse.trading_signal import Outcome

# The rules that ask for nothing but books, session and bars; every other gate looks at what only live has.
REPEATABLE_GATES = frozenset(
    {"MARKET_CLOSED", "SESSION_END", "DUPLICATE", "WORKING_ORDER", "STALE_DATA", "NO_SHORT_SALE", "CASH"}
)
# What live's gate says of an order that it lets through.
LIVE_NOTES = ("the account has", "would be day trade")
NO_ANSWER = {
    str(Outcome.MISSED): (Cause.MISSED, "live had no turn: no run at this minute"),
    str(Outcome.SKIPPED): (Cause.SKIPPED, "live had no turn: the minute was over before its turn came"),
    str(Outcome.INTERRUPTED): (Cause.INTERRUPTED, "live's turn was interrupted at its time limit"),
    str(Outcome.FAILED): (Cause.FAILED, "live's turn failed"),
}

Explained = tuple[Cause, str]


@dataclass(frozen=True, slots=True)
class Trials:
    """One algorithm's day decided again.

    first: by an instance that is new at the day's first decision. second: the same once more. aged: by instances as
    old and as often made anew as live's, None where that is no other life. is_life_known: False when live's instance is
    older than what could be lived through again.
    """

    first: Mapping[int, Again]
    second: Mapping[int, Again] = field(default_factory=dict)
    aged: Mapping[int, Again] | None = None
    is_life_known: bool = True

    def unrepeatable(self) -> list[int]:
        """Return the minutes at which the first two disagree."""
        return [minute for minute, again in self.second.items() if again.said != self.first[minute].said]


class Explainer:
    """Explain the differences of one algorithm's day; minutes are asked for in their order."""

    def __init__(self, symbol: str, trials: Trials, bars: SuspectBars) -> None:
        self._symbol = symbol
        self._trials = trials
        self._bars = bars
        self._unrepeatable = trials.unrepeatable()
        self._read_before: set[Read] = set()

    def cause(self, live: LiveMinute, again: Said | None) -> Explained:
        """Return the cause of a difference and what supports it."""
        return (
            self._no_answer(live)
            or _live_gate(live.said, again)
            or self._not_repeatable(live.minute, again)
            or self._bar_seen(live)
            or self._lived_as_long(live)
            or self._bars_read(live.minute)
            or self._older(live.minute)
            or (Cause.UNEXPLAINED, "the stored bars, the same file and live's own fills lead to another decision")
        )

    def note(self, minute: int) -> None:
        """Remember what was looked at in a minute: an instance may keep it."""
        again = self._trials.first.get(minute)
        if again:
            self._read_before |= again.reads

    @staticmethod
    def _no_answer(live: LiveMinute) -> Explained | None:
        known = NO_ANSWER.get(live.said.outcome)
        if known is None:
            return None
        cause, words = known
        return cause, f"{words}: {live.said.reason}" if cause is Cause.FAILED else words

    def _not_repeatable(self, minute: int, again: Said | None) -> Explained | None:
        if again and again.outcome == Outcome.INTERRUPTED:
            return Cause.NOT_REPEATABLE, "asked again, it did not answer within its time limit"
        if not self._unrepeatable:
            return None
        what = "this minute" if minute in self._unrepeatable else f"{len(self._unrepeatable)} minutes of the day"
        return Cause.NOT_REPEATABLE, f"asked twice with the same bars, it gave two different answers at {what}"

    def _bar_seen(self, live: LiveMinute) -> Explained | None:
        words = self._bars.told_by_row(self._symbol, live.minute, live.saw)
        return (Cause.BAR_LATE_OR_REVISED, words) if words else None

    def _lived_as_long(self, live: LiveMinute) -> Explained | None:
        aged = self._trials.aged
        if aged is None or live.minute not in aged or aged[live.minute].said != live.said:
            return None
        return Cause.INSTANCE_AGE, "an instance that was made when live's was decides as live did: it remembers"

    def _bars_read(self, minute: int) -> Explained | None:
        again = self._trials.first.get(minute)
        words = self._bars.among(again.reads) if again else ""
        if not words:
            words = self._bars.among(self._read_before)
            words = f"earlier that day {words}" if words else ""
        return (Cause.BAR_LATE_OR_REVISED, words) if words else None

    def _older(self, _minute: int) -> Explained | None:
        if self._trials.is_life_known:
            return None
        return Cause.INSTANCE_AGE, "live's instance had lived longer than could be repeated"


def _live_gate(live: Said, again: Said | None) -> Explained | None:
    """Explain an outcome by a gate of live, where the algorithm itself wanted the same."""
    if again is None or (live.action, live.shares) != (again.action, again.shares):
        return None
    if live.gate and live.gate not in REPEATABLE_GATES:
        return Cause.LIVE_GATE, f"{live.gate}: {live.reason}"
    is_noted = any(note in live.reason for note in LIVE_NOTES)
    return (Cause.LIVE_GATE, live.reason) if is_noted and live.outcome == again.outcome == Outcome.SUBMITTED else None
