"""Build the simulated twin of the engine for one walk: same loader, gate and book; clock, feed and broker in memory.

In: a request, a history. Out: what was played. Thread: main, the only one on which a strategy can be interrupted.
"""

import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from database import db_manager
from database.calendar_manager import MarketCalendar
from database.errors import StorageError
from orchestra.backtest.history.file_guard import guarded, opened, started
from orchestra.backtest.history.future_files import future_files
from orchestra.backtest.history.history import History
from orchestra.backtest.history.history_bars import HistoryBars
from orchestra.backtest.history.history_world import HistoryWorld
from orchestra.backtest.history.other_bars import OtherBars
from orchestra.backtest.played import Played
from orchestra.backtest.progress import Tell, tell_nobody
from orchestra.backtest.request import BacktestRequest, Costs
from orchestra.backtest.walk.backtest_books import BacktestBooks
from orchestra.backtest.walk.backtest_desk import BacktestDesk
from orchestra.backtest.walk.decision_log import DecisionLog
from orchestra.backtest.walk.decision_row import DecisionSink
from orchestra.backtest.walk.minute_walk import Feeder, MinuteWalk
from orchestra.backtest.walk.seat import Seat
from orchestra.execution.order_numbers import OrderNumbers
from orchestra.messages.commands import StartAlgorithm
from orchestra.paper_exchange.book.fees import NO_FEES, FeeModel, Fees
from orchestra.paper_exchange.book.fill_model import EXACT_FILLS, FillModel, FrictionFills
from orchestra.paper_exchange.paper_broker import PaperBroker
from orchestra.pipeline import OrderPath
from orchestra.risk.risk_gate import RiskGate
from orchestra.runtime.clock import SystemClock
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.quick_turns import QuickTurns
from orchestra.signals.turns.turn_timer import TurnTimer
from system_databse import position_sizing, system_db_manager
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.errors import StrategyError
from system_databse.order import ZERO
from system_databse.position_sizing import Portfolio

INSTALL = "backtest"
# So many of them before the collector looks; a session of one symbol makes about two thousand.
NEW_OBJECTS = 20_000
_Memory = tuple[HistoryWorld, BacktestBooks, DecisionLog]


class Backtester:
    """Play requests, one after the other. folder: the `algorithm/` package; limit_seconds: of a turn.

    The process is the backtests' own: while one is played, the data functions answer from its history.
    """

    def __init__(self, folder: Path, calendar: MarketCalendar, *, limit_seconds: float) -> None:
        self._folder = folder
        self._calendar = calendar
        self._timer = TurnTimer(SystemClock(), limit_seconds=limit_seconds)
        self._others = OtherBars(calendar, waiting=self._timer.paused)

    def play(
        self,
        request: BacktestRequest,
        history: History,
        *,
        tell: Tell = tell_nobody,
        sink: DecisionSink | None = None,
        feeder: Feeder | None = None,
    ) -> Played:
        """Walk through the history's sessions and return what came of it.

        sink: who keeps every decision. feeder: see Feeder. Raises StrategyError when an algorithm cannot be found or
        built, or has changed what others read.
        """
        played, is_true = self._play(request, history, tell=tell, sink=sink, feeder=feeder)
        # A strategy has changed rows that were shared to save time: once more, with rows of its own each minute.
        return played if is_true else self._play(request, history, tell=tell, sink=sink, is_sharing=False)[0]

    def with_others(self, history: History, played: Played) -> History:
        """Return the history with the bars that were asked for beside those of its tickers."""
        others = {symbol: self._others.of(history, symbol) for symbol in played.others}
        return replace(history, columns={**history.columns, **{name: each for name, each in others.items() if each}})

    def _play(
        self,
        request: BacktestRequest,
        history: History,
        *,
        tell: Tell,
        sink: DecisionSink | None,
        feeder: Feeder | None = None,
        is_sharing: bool = True,
    ) -> tuple[Played, bool]:
        """Return what came of it, and whether the strategies left alone what they share."""
        world = HistoryWorld(history, self._calendar, read_other=partial(self._others.of, history))
        world.rewind(history.sessions[0].open)
        # A loader of its own for each run: what a strategy keeps in its module is forgotten, as by a new start.
        loader = StrategyLoader(self._folder, guard=self._timer.guard)
        with _watched(request, history), _taken_over(world), _seldom_collected():
            records = [_record(loader, number, asked) for number, asked in enumerate(request.algorithms, start=1)]
            # Bars that are handed over one by one cannot be handed over again.
            books = BacktestBooks(records, is_sharing=is_sharing and feeder is None)
            system_db_manager.bind(books.transactions)
            position_sizing.bind_portfolio(lambda: _portfolio(books, world))
            seats = [Seat(books.views[record.id], _instance(loader, record)) for record in records]
            log = DecisionLog(sink)
            walk = self._walk(request, (world, books, log), seats=seats, feeder=feeder)
            is_whole = walk.play(history.sessions, tell)
        return _played(walk, (world, books, log), history, is_whole=is_whole), books.has_whole_rows

    def _walk(
        self,
        request: BacktestRequest,
        memory: _Memory,
        *,
        seats: Sequence[Seat],
        feeder: Feeder | None,
    ) -> MinuteWalk:
        world, books, log = memory
        desk = BacktestDesk(_Account(world, request), books, log, number=OrderNumbers(INSTALL).number)
        risk = RiskGate(
            world,
            closed_gates=tuple,
            frozen=frozenset,
            missing=lambda _symbol: ZERO,
        )
        return MinuteWalk(
            world,
            books,
            desk,
            log=log,
            turns=QuickTurns(self._timer, MinuteWalk.ENTRY, is_explained=log.wants_rows),
            seats=seats,
            handle=OrderPath(risk, desk).handle,
            feeder=feeder,
        )


def _played(walk: MinuteWalk, memory: _Memory, history: History, *, is_whole: bool) -> Played:
    """Return what there is to tell of a walk."""
    world, books, log = memory
    sessions = history.sessions[: len(walk.closes)]
    return Played(
        minutes=walk.minutes,
        records=books.records,
        fills=tuple(books.fills),
        reasons=log.reasons,
        days=tuple(walk.closes),
        told=log.told,
        prices=world.prices(),
        is_whole=is_whole,
        outcomes=log.outcomes,
        gates=log.gates,
        rejections=log.rejections,
        opened=opened(),
        started=started(),
        others={
            symbol: sum(each.position(session.close) - each.position(session.open) for session in sessions)
            for symbol, each in sorted(world.others.items())
        },
    )


def _record(loader: StrategyLoader, number: int, asked: StartAlgorithm) -> AlgorithmRecord:
    strategy = loader.find(asked.algorithm)
    params = loader.fitted(strategy, asked.params)
    return AlgorithmRecord(
        id=number,
        name=strategy.name,
        ticker=asked.ticker,
        initial_capital=asked.capital,
        file=strategy.file,
        file_sha256=strategy.sha256,
        params=json.dumps(params),
    )


def _instance(loader: StrategyLoader, record: AlgorithmRecord) -> Any:
    strategy = loader.find(record.file)
    return loader.make(strategy, record.ticker, record.initial_capital, params=json.loads(record.params))


def _portfolio(books: BacktestBooks, world: HistoryWorld) -> Portfolio:
    """Return what all algorithms have and hold at the last visible closes."""
    prices = world.prices()
    cash = sum(float(view.cash) for view in books.views.values())
    held = sum(float(view.position.qty) * prices.get(view.record.ticker, 0.0) for view in books.views.values())
    return Portfolio(cash + held, max(cash, 0.0))


class _Account:
    """The account in process as the desk's broker: a refusal in words. Satisfies Broker."""

    def __init__(self, world: HistoryWorld, request: BacktestRequest) -> None:
        history = HistoryBars(world)
        self._broker = PaperBroker(
            history,
            history.price,
            cash=sum((algorithm.capital for algorithm in request.algorithms), ZERO),
            fill_model=_fill_model(request.costs),
            fees=_fees(request.costs),
        )
        self.fill_at_open = self._broker.fill_at_open
        self.expire = self._broker.expire

    def market_order(self, symbol: str, side: str, *, qty: Decimal, client_order_id: str) -> str | None:
        refusal = self._broker.market_order(symbol, side, qty=qty, client_order_id=client_order_id)
        return None if refusal is None else f"{refusal.status} {refusal.code} {refusal.message}"


def _fill_model(costs: Costs) -> FillModel:
    if not (costs.spread_bps or costs.slippage_bps or costs.volume_fraction):
        return EXACT_FILLS
    return FrictionFills(costs.volume_fraction, costs.spread_bps, costs.slippage_bps)


def _fees(costs: Costs) -> FeeModel:
    if not (
        costs.commission_per_order or costs.commission_per_share or costs.commission_bps or costs.has_regulatory_fees
    ):
        return NO_FEES
    return Fees(costs.commission_per_order, costs.commission_per_share, costs.commission_bps, costs.has_regulatory_fees)


@contextmanager
def _watched(request: BacktestRequest, history: History) -> Iterator[None]:
    """Guard the files of the future.

    A store that a strategy had us open fails by the guard, and not by itself: then it is the strategy's fault.
    """
    with guarded(future_files(request, history)):
        try:
            yield
        except StorageError as error:
            if not opened():
                raise
            raise StrategyError(f"An algorithm opens what holds its own future: {', '.join(opened())}.") from error


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let the collector of cycles look seldom: bars and fills are no cycles, and many."""
    before = gc.get_threshold()
    gc.set_threshold(NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _taken_over(world: HistoryWorld) -> Iterator[None]:
    """Let the data functions of this process answer from the world."""
    db_manager.bind(world)
    db_manager.take_over(world.functions)
    try:
        yield
    finally:
        db_manager.give_back()
        db_manager.unbind()
        system_db_manager.bind(None)
        position_sizing.bind_portfolio(None)
