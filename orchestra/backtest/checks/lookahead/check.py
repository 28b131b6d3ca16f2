"""Check a strategy for look-ahead: decisions with the whole history in memory against decisions without the future.

In: a request, its history. Out: what differs, and what was opened. Thread: main. A strategy that decides otherwise when
the future is not there has used it: through a global, through a file, or by a bar that is not over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from database.timestamps import iso_minute
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.checks.lookahead.drip import STOPPED, KeptRows, Stage, play_dripping
from orchestra.backtest.history.file_guard import opened, started
from orchestra.backtest.history.history import History
from orchestra.backtest.progress import Progress, Tell, tell_nobody
from orchestra.backtest.walk.decision_row import DecisionRow
from system_databse.errors import StrategyError

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Changed:
    """One minute decided differently. seeing, blind: action, shares, outcome and reason with and without the future."""

    algorithm_id: int
    minute: str
    seeing: str
    blind: str


@dataclass(frozen=True, slots=True)
class LookaheadReport:
    """What the check found.

    minutes: decided in each run. changed: the first of them; count: all. opened: files of the history that a strategy
    tried to read. failure: why the run without a future could not be made. is_repeatable: whether the run with the
    whole history gives the same twice; None where nobody had to know. started: programs it started.
    """

    minutes: int
    count: int
    changed: list[Changed]
    opened: list[str]
    failure: str | None = None
    is_repeatable: bool | None = None
    started: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.count and not self.opened and not self.started and self.failure is None

    @property
    def sentence(self) -> str:
        """Return the verdict."""
        if self.is_clean:
            return f"No look-ahead found: {self.minutes:,} decisions are the same without the future in the process."
        parts = []
        if self.opened:
            parts.append(f"It opens the files of its own future: {', '.join(sorted(set(self.opened)))}.")
        if self.started:
            parts.append(f"It starts another program, which cannot be judged: {', '.join(self.started)}.")
        if self.failure is not None:
            parts.append(f"Without the future it does not run: {self.failure}")
        if self.count and self.is_repeatable is False:
            parts.append(
                f"{self.count} decisions change, but they change by themselves: it does not decide the same twice."
            )
        elif self.count:
            parts.append(f"LOOK-AHEAD: {self.count} of {self.minutes:,} decisions change when the future is not there.")
        return " ".join(parts)

    def to_values(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {**asdict(self), "is_clean": self.is_clean, "sentence": self.sentence}


def check_lookahead(
    stage: Stage, history: History, calendar: MarketCalendar, *, tell: Tell = tell_nobody
) -> LookaheadReport:
    """Run twice and compare; a third run tells look-ahead from chance when something differs.

    Raises StrategyError when an algorithm cannot be built at all, or the check was told to stop.
    """
    backtester = Backtester(stage.folder, calendar, limit_seconds=stage.limit_seconds)
    rows = KeptRows()
    try:
        played = backtester.play(stage.request, history, tell=_leg(tell, 0), sink=rows)
    except StrategyError as error:
        if not opened():
            raise
        return LookaheadReport(0, 0, [], list(opened()), str(error), started=list(started()))
    if not played.is_whole:
        raise StrategyError(STOPPED)
    blind = play_dripping(stage, backtester.with_others(history, played), tell=_leg(tell, 1))
    changed = list(_changed(rows.rows, blind.rows)) if blind.failure is None else []
    is_repeatable = None
    if changed:
        again = KeptRows()
        if not backtester.play(stage.request, history, tell=_leg(tell, 2), sink=again).is_whole:
            raise StrategyError(STOPPED)
        is_repeatable = not any(_changed(rows.rows, again.rows))
    return LookaheadReport(
        played.minutes,
        len(changed),
        changed[:SHOWN],
        sorted({*played.opened, *blind.opened}),
        blind.failure,
        is_repeatable,
        sorted({*played.started, *blind.started}),
    )


def _leg(tell: Tell, number: int) -> Tell:
    """Return what tells of one run as a part of the check: of two, or of three once there has to be a third."""
    legs = max(2, number + 1)

    def told(progress: Progress) -> bool:
        return tell(Progress(progress.done + number * progress.total, legs * progress.total, progress.at))

    return told


def _changed(seeing: Sequence[DecisionRow], blind: Sequence[DecisionRow]) -> Iterator[Changed]:
    ours, theirs = _by_minute(seeing), _by_minute(blind)
    for key in sorted(ours.keys() | theirs.keys(), key=lambda each: (each[1], each[0])):
        one, other = _told(ours.get(key)), _told(theirs.get(key))
        if one != other:
            yield Changed(key[0], iso_minute(key[1]), one, other)


def _by_minute(rows: Sequence[DecisionRow]) -> dict[tuple[int, int], DecisionRow]:
    return {
        (row.algorithm_id, minute): row
        for row in rows
        for minute in range(row.minute, row.until_minute + MINUTE, MINUTE)
    }


def _told(row: DecisionRow | None) -> str:
    if row is None:
        return "no decision"
    gate = f" ({row.gate})" if row.gate else ""
    return f"{row.action} {row.shares}, {row.outcome.lower()}{gate}: {row.reason}"
