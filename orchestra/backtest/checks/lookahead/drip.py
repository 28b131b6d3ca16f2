"""A run whose future is in another process: each bar is handed over once its minute is over and decided upon.

In: a request, a history. Out: the decisions of that run. Thread: main of each process. The playing process is started
anew, holds the bars before the first session and nothing later; what it could peek at is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar
from database.errors import AutoTraderError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.file_guard import opened
from orchestra.backtest.history.history import History
from orchestra.backtest.progress import Progress, Tell
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.walk.decision_row import DecisionRow
from system_databse.errors import StrategyError

OHLCV = tuple[float, float, float, float, float]
MINUTES_A_TELL = 390


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
    """What the playing process sends back in the end: rows, the files it was kept from, or why it failed."""

    rows: list[DecisionRow]
    opened: list[str]
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """What a playing process needs to know beside the bars. folder: of the algorithms."""

    request: BacktestRequest
    folder: Path
    limit_seconds: float


def play_dripping(stage: Stage, history: History, *, tell: Tell) -> Told:
    """Return the decisions of a run that is handed its bars minute by minute.

    Raises StrategyError when the run could not be made, or was told to stop.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    past = History({symbol: _past(columns, history) for symbol, columns in history.columns.items()}, history.sessions)
    child = context.Process(target=_play, args=(theirs, stage, past), daemon=True)
    child.start()
    theirs.close()
    try:
        return _hand_over(ours, history, tell)
    except (EOFError, OSError) as error:
        raise StrategyError("The process that plays without the future has ended by itself.") from error
    finally:
        ours.close()
        child.kill()
        child.join()


def _hand_over(ours: Connection, history: History, tell: Tell) -> Told:
    """Answer each minute asked for with its bars, until the other side tells what came of it."""
    places = {symbol: columns.position(history.sessions[0].open) for symbol, columns in history.columns.items()}
    asked = 0
    while True:
        message = ours.recv()
        if isinstance(message, Told):
            return message
        ours.send([_bar(columns, message, places) for columns in history.columns.values()])
        asked += 1
        if asked % MINUTES_A_TELL == 0 and not tell(Progress(min(asked, history.minutes), history.minutes)):
            raise StrategyError("The check was stopped before its end.")


def _bar(columns: BarColumns, minute: int, places: dict[str, int]) -> OHLCV | None:
    """Return the bar of that minute, if there is one; minutes are asked for in order."""
    at = places[columns.symbol]
    while at < len(columns) and columns.times[at] < minute:
        at += 1
    places[columns.symbol] = at
    if at == len(columns) or columns.times[at] != minute:
        return None
    return columns.opens[at], columns.highs[at], columns.lows[at], columns.closes[at], columns.volumes[at]


def _past(columns: BarColumns, history: History) -> BarColumns:
    """Return a copy of the bars before the first session."""
    end = columns.position(history.sessions[0].open)
    return BarColumns(
        columns.symbol,
        columns.times[:end],
        columns.opens[:end],
        columns.highs[:end],
        columns.lows[:end],
        columns.closes[:end],
        columns.volumes[:end],
    )


def _play(theirs: Connection, stage: Stage, past: History) -> None:
    """Play in the process without a future."""
    rows = KeptRows()
    backtester = Backtester(stage.folder, MarketCalendar(), limit_seconds=stage.limit_seconds)

    def feed(minute: int) -> None:
        theirs.send(minute)
        for columns, ohlcv in zip(past.columns.values(), theirs.recv(), strict=True):
            if ohlcv is not None:
                columns.add(minute, ohlcv)

    try:
        played = backtester.play(stage.request, past, sink=rows, feeder=feed)
    except AutoTraderError as error:
        theirs.send(Told(rows.rows, list(opened()), str(error)))
    else:
        theirs.send(Told(rows.rows, list(played.opened)))
