"""A run whose future is in another process: each minute is handed over once it is over and decided upon.

In: a request, a history. Out: the decisions of that run. Thread: main of each process. The playing process is started
anew, holds the bars before the first session and nothing later; what it could peek at is not there.
"""

import os
from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from operator import attrgetter
from pathlib import Path

from database import db_manager
from database.bar import MINUTE
from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar
from database.errors import AutoTraderError
from database.weather.k_index import Sample
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.checks.lookahead.hiding import hide
from orchestra.backtest.history.file_guard import opened, started
from orchestra.backtest.history.future_files import future_files
from orchestra.backtest.history.history import History
from orchestra.backtest.process_group import end_with_all_it_started
from orchestra.backtest.progress import Progress, Tell
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.walk.decision_row import DecisionRow
from system_databse.errors import StrategyError

OHLCV = tuple[float, float, float, float, float]
# What a minute brings: the bar of each symbol, if there is one, and readings of the K-index.
_Brought = tuple[list[OHLCV | None], list[Sample]]
_KNOWN_AT = attrgetter("known_at")
MINUTES_A_TELL = 390
STOPPED = "The check was stopped before its end."


@dataclass
class KeptRows:
    """Keep all decisions in memory. Satisfies DecisionSink."""

    rows: list[DecisionRow] = field(default_factory=list)

    def take(self, rows: Sequence[DecisionRow]) -> None:
        """Keep a batch."""
        self.rows += rows

    def restart(self) -> None:
        """Forget every row."""
        self.rows = []


@dataclass(frozen=True, slots=True)
class Told:
    """What the playing process sends back in the end: rows, files it was kept from, programs started, or a failure."""

    rows: list[DecisionRow]
    opened: Sequence[str]
    started: Sequence[str]
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """What a playing process needs to know beside the bars. folder: of the algorithms; k_index: see force_k_index."""

    request: BacktestRequest
    folder: Path
    limit_seconds: float
    k_index: float | None = None


def play_dripping(stage: Stage, history: History, *, tell: Tell) -> Told:
    """Return the decisions of a run that is handed its bars minute by minute.

    Raises StrategyError when the run could not be made, or was told to stop.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    giver = _Giver(history)
    child = context.Process(target=_play, args=(theirs, stage, giver.past()), daemon=True)
    child.start()
    theirs.close()
    try:
        return _hand_over(ours, giver, history.minutes, tell=tell)
    except (EOFError, OSError) as error:
        raise StrategyError("The process that plays without the future has ended by itself.") from error
    finally:
        ours.close()
        end_with_all_it_started(child)


def _hand_over(ours: Connection, giver: "_Giver", minutes: int, *, tell: Tell) -> Told:
    """Answer each minute asked for with what it brings, until the other side tells what came of it."""
    asked = 0
    while True:
        message = ours.recv()
        if isinstance(message, Told):
            return message
        ours.send(giver.minute(message))
        asked += 1
        if asked % MINUTES_A_TELL == 0 and not tell(Progress(min(asked, minutes), minutes)):
            raise StrategyError(STOPPED)


class _Giver:
    """Give away a history as it becomes known; minutes are asked for in order."""

    def __init__(self, history: History) -> None:
        self._history = history
        start = history.sessions[0].open
        self._places = {symbol: columns.position(start) for symbol, columns in history.columns.items()}
        self._weather = sorted(history.weather, key=_KNOWN_AT)
        self._told = bisect_right(self._weather, start, key=_KNOWN_AT)

    def past(self) -> History:
        """Return what is known when the first session opens."""
        start = self._history.sessions[0].open
        columns = {symbol: each.before(start) for symbol, each in self._history.columns.items()}
        weather = [sample for sample in self._history.weather if sample.known_at <= start]
        return History(columns, self._history.sessions, paths=self._history.paths, weather=weather)

    def minute(self, minute: int) -> _Brought:
        """Return the bars [minute, minute + 60), and the readings of the K-index known by its end."""
        told = self._told
        self._told = bisect_right(self._weather, minute + MINUTE, key=_KNOWN_AT)
        bars = [self._bar(columns, minute) for columns in self._history.columns.values()]
        return bars, self._weather[told : self._told]

    def _bar(self, columns: BarColumns, minute: int) -> OHLCV | None:
        at = self._places[columns.symbol]
        while at < len(columns) and columns.times[at] < minute:
            at += 1
        self._places[columns.symbol] = at
        if at == len(columns) or columns.times[at] != minute:
            return None
        return columns.opens[at], columns.highs[at], columns.lows[at], columns.closes[at], columns.volumes[at]


def _play(theirs: Connection, stage: Stage, past: History) -> None:
    """Play in the process without a future, in its memory or on its disk; what it starts ends with its session."""
    os.setsid()
    hide(future_files(stage.request, past))
    db_manager.force_k_index(stage.k_index)
    weather = list(past.weather)
    past = replace(past, weather=weather)
    rows = KeptRows()
    backtester = Backtester(stage.folder, MarketCalendar(), limit_seconds=stage.limit_seconds)

    def feed(minute: int) -> None:
        theirs.send(minute)
        bars, readings = theirs.recv()
        for columns, ohlcv in zip(past.columns.values(), bars, strict=True):
            if ohlcv is not None:
                columns.add(minute, ohlcv)
        for sample in readings:
            insort(weather, sample, key=attrgetter("ts"))

    failure = None
    try:
        backtester.play(stage.request, past, sink=rows, feeder=feed)
    except AutoTraderError as error:
        failure = str(error)
    theirs.send(Told(rows.rows, opened(), started(), failure))
