"""The walk through the minutes: every algorithm decides at each, as live, and most of the time all of them hold.

In: a world, seats, the one path of orders. Out: decisions in the log, orders at the desk, closes. Thread: main.

A minute in which everybody holds and no order works changes nothing in any book, so it is only noted. Every other
minute goes the way of a live one: signals, risk gate, desk, fills.
"""

import decimal
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from database.bar import MINUTE
from database.calendar_manager import Session
from orchestra.backtest.history.history_world import HistoryWorld
from orchestra.backtest.played import DayClose
from orchestra.backtest.progress import Progress, Tell
from orchestra.backtest.walk.backtest_books import BacktestBooks
from orchestra.backtest.walk.backtest_desk import BacktestDesk
from orchestra.backtest.walk.decision_log import DecisionLog
from orchestra.backtest.walk.seat import NOTHING, Seat
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.errors import StrategyError
from system_databse.snapshot import AlgorithmView, Snapshot
from system_databse.trading_signal import Action, TradingSignal

HOLD = ("hold", 0)
HELD = Action.HOLD

# Hands over the bars [minute, minute + 60): where the future is not in this process yet.
Feeder = Callable[[int], None]


class Turns(Protocol):
    """What a turn needs of the signals' room: the contract, read as live."""

    def plain(self, reason: object) -> str:
        """Return a strategy's reason as it is stored."""

    def saw(self, view: AlgorithmView, last_bar: tuple[int, float] | None, own: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a decision's row keeps of what was seen."""

    def signal(
        self,
        view: AlgorithmView,
        minute: int,
        *,
        returned: object,
        strategy: object,
        last_bar: tuple[int, float] | None,
    ) -> TradingSignal:
        """Return the signal of an answer; raises StrategyError when it is not the contract's."""

    def failed(
        self, view: AlgorithmView, minute: int, *, error: BaseException, last_bar: tuple[int, float] | None
    ) -> TradingSignal:
        """Return the signal of a turn that ended without an answer; raises the error again when it is not its own."""

    def limited(self, position: Callable[[], object]) -> AbstractContextManager[None]:
        """Interrupt a turn that stays at one position for too long."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is no quiet hold: an answer, or the error a turn ended with."""

    seat: Seat
    returned: object
    error: BaseException | None = None


class MinuteWalk:
    """Walk once.

    handle: the one path of every order. feeder: see Feeder, None when all bars are here. ENTRY: the code below which
    everything is the strategies' own.
    """

    def __init__(
        self,
        world: HistoryWorld,
        books: BacktestBooks,
        desk: BacktestDesk,
        *,
        log: DecisionLog,
        turns: Turns,
        seats: Sequence[Seat],
        handle: Callable[[Iterable[TradingSignal], Snapshot, int], None],
        feeder: Feeder | None = None,
    ) -> None:
        self._world = world
        self._books = books
        self._desk = desk
        self._log = log
        self._turns = turns
        self._seats = list(seats)
        self._handle = handle
        self._feeder = feeder
        self._current: Seat | None = None
        self._decimals = decimal.getcontext().copy()
        self.session: Session | None = None
        self.closes: list[DayClose] = []
        self.minutes = 0

    def play(self, sessions: Sequence[Session], tell: Tell) -> bool:
        """Play the sessions; return False when it was told to end early, after a whole session."""
        total = sum(session.minutes for session in sessions)
        try:
            with self._turns.limited(self._position):
                for session in sessions:
                    if not tell(Progress(self.minutes, total, session.day.isoformat())):
                        return False
                    self._play_session(session)
        finally:
            decimal.setcontext(self._decimals)
            self._log.flush()
        self._world.verify()
        tell(Progress(self.minutes, total))
        return True

    def _position(self) -> object:
        """Return what changes with every turn, and when bars were looked up for one: that is not its own time."""
        return self._world.minute, self._current, len(self._world.others)

    def _play_session(self, session: Session) -> None:
        self.session = session
        texts = self._world.open(session, is_growing=self._feeder is not None)
        if self._feeder is not None:
            self._feed(session.open)
        self._play_minutes(session, texts)
        self._desk.close()
        self._end_holds()
        self.minutes += session.minutes
        self._note_close(session)

    def _play_minutes(self, session: Session, texts: Sequence[str]) -> None:
        """Run every decision minute. Everything in here runs a hundred thousand times a year and symbol."""
        world, windows = self._world, self._world.order
        ask, is_idle, feeder = self._ask, self._desk.is_idle, self._feeder
        minute = session.open
        for index, text in enumerate(texts):
            minute += MINUTE
            world.minute, world.text = minute, text
            for window in windows:
                window.stop = window.stops[index]
            wishes = ask(text, minute)
            if feeder is not None and minute < session.close:
                self._feed(minute)
            if wishes or not is_idle:
                self._act(wishes, minute)
                is_idle = self._desk.is_idle

    def _feed(self, minute: int) -> None:
        """Take in the bars [minute, minute + 60), which were not here while it was decided."""
        if self._feeder is not None:
            self._feeder(minute)
        for window in self._world.order:
            window.grow(len(window.columns))

    def _ask(self, text: str, minute: int) -> Sequence[Wish]:
        """Give every algorithm its turn; note the holds, return the others."""
        wishes: list[Wish] = []
        for seat in self._seats:
            self._current = seat
            try:
                returned = seat.run(text, seat.id)
                is_hold = type(returned) is tuple and returned == HOLD and type(returned[1]) is int
                if not is_hold or seat.errors:
                    wishes.append(Wish(seat, returned))
                    continue
                strategy = seat.strategy
                # The usual minute, one more hold that says the same, is noted here and at once.
                if seat.since and getattr(strategy, "reason", "") == seat.reason:
                    seat.until, seat.seen = minute, seat.view
                    if metadata := getattr(strategy, "metadata", None):
                        seat.metadata = dict(metadata)
                else:
                    self._hold(seat, minute)
            except BaseException as error:  # noqa: BLE001 - one algorithm's turn
                wishes.append(Wish(seat, None, error))
        self._current = None
        return wishes

    ENTRY = _ask.__code__

    def _hold(self, seat: Seat, minute: int) -> None:
        """Take note of a hold that begins a row, unless it says what the row before says."""
        reason = getattr(seat.strategy, "reason", "")
        if not seat.since or reason != seat.reason:
            self._end_hold(seat)
            seat.reason, seat.since = reason, minute
        seat.until, seat.seen = minute, seat.view
        seat.metadata = dict(getattr(seat.strategy, "metadata", None) or NOTHING)

    def _act(self, wishes: Sequence[Wish], minute: int) -> None:
        """Take what is wanted through the one path of every order, and settle the minute."""
        # A strategy may have changed the precision of this thread's decimals; money is counted with our own.
        decimal.setcontext(self._decimals.copy())
        self._desk.begin()
        signals = [signal for wish in wishes if (signal := self._signal(wish, minute))]
        if signals:
            self._handle(signals, self._books.snapshot(self._world.prices(), minute=minute), minute)
        if self.session is not None and minute < self.session.close:
            self._desk.settle(minute)
        views = self._books.views
        for seat in self._seats:
            seat.view = views[seat.id]

    def _signal(self, wish: Wish, minute: int) -> TradingSignal | None:
        """Return the wish as a signal, None when it is a hold after all; a turn without a proper answer counts."""
        seat, error = wish.seat, wish.error
        last_bar = self._world.last_bar(seat.ticker)
        signal: TradingSignal | None = None
        if error is None:
            try:
                signal = self._turns.signal(
                    seat.view, minute, returned=wish.returned, strategy=seat.strategy, last_bar=last_bar
                )
            except StrategyError as refusal:
                error = refusal
        if signal is not None and signal.action is HELD:
            self._answered(seat)
            self._hold(seat, minute)
            return None
        self._end_hold(seat)
        if error is None:
            self._answered(seat)
            return signal
        signal = self._turns.failed(seat.view, minute, error=error, last_bar=last_bar)
        self._failed(seat, signal.reason)
        return signal

    def _answered(self, seat: Seat) -> None:
        if seat.errors:
            seat.errors = 0
            self._books.change(seat.view.record.answered())
            seat.view = self._books.views[seat.id]

    def _failed(self, seat: Seat, reason: str) -> None:
        """Count a turn without an answer; the fifth in a row switches the algorithm off."""
        record = seat.view.record.failed(reason)
        seat.errors = record.error_count
        self._books.change(record)
        seat.view = self._books.views[seat.id]
        if record.status is AlgorithmStatus.ERROR:
            self._seats.remove(seat)

    def _end_holds(self) -> None:
        for seat in self._seats:
            self._end_hold(seat)

    def _end_hold(self, seat: Seat) -> None:
        """Give the holds in a row to the log as one row."""
        if not seat.since:
            return
        said = self._turns.plain(seat.reason)
        saw: Mapping[str, Any] = NOTHING
        if self._log.wants_rows:
            window = self._world.windows[seat.ticker]
            newest = window.columns.position(seat.until - MINUTE + 1) - 1
            bar = (window.columns.times[newest], window.columns.closes[newest]) if newest >= 0 else None
            saw = self._turns.saw(seat.seen, bar, seat.metadata)
        self._log.hold(seat.id, seat.since, until=seat.until, reason=said, saw=saw)
        seat.since, seat.metadata = 0, NOTHING

    def _note_close(self, session: Session) -> None:
        """Write down what every algorithm is worth at the close."""
        prices = self._world.prices()
        cash = {id_: float(view.cash) for id_, view in self._books.views.items()}
        worth = {
            id_: float(view.position.qty) * prices.get(view.record.ticker, 0.0)
            for id_, view in self._books.views.items()
        }
        equity = {id_: cash[id_] + worth[id_] for id_ in cash}
        self.closes.append(DayClose(session.day, session.close, equity, cash))
