"""The market's side of an engine: streams, history, and the bars the algorithms may see.

In: a world, the market database. Out: the parts that bring bars, wired. Thread: main; fetches run on the fetcher.
"""

import logging
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import partial

from database.bar_store import BarStore
from database.bars.market_world import MarketWorld
from database.bars.price_guard import has_split
from database.errors import MarketDataError
from database.historical_pull import HistoricalPull
from database.realtime_pull import RealtimePull
from database.sqlite_store import SqliteStore
from orchestra.runtime.fetcher import Fetcher
from orchestra.runtime.inbox import Inbox
from orchestra.signals.market_view import MarketView
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.signals.turns.wait_budget import WaitBudget
from orchestra.websocket_manager import WebSocketManager
from orchestra.worlds import World

log = logging.getLogger(__name__)

AUTO_FETCH_SECONDS = 2.0
NO_WEATHER = "this market has no space weather; with SOLAR_TEST_MODE=1 there is a storm"


@dataclass(frozen=True, slots=True)
class Looks:
    """Looking things up for a turn: on the fetcher, outside the algorithm's own time limit."""

    fetcher: Fetcher
    timer: TurnTimer
    budget: WaitBudget


class MarketSide:
    """Everything that brings bars. The fetcher's threads are the caller's to stop."""

    def __init__(self, world: World, store: SqliteStore, inbox: Inbox, *, timer: TurnTimer) -> None:
        self._world = world
        self._looks = Looks(Fetcher(), timer, WaitBudget(world.clock, AUTO_FETCH_SECONDS))
        bar_store = BarStore(store, world.calendar)
        self.pull = HistoricalPull(
            bar_store,
            world.calendar,
            world.alpaca.bars,
            now=lambda: int(world.clock.now().timestamp()),
            **({"settle_seconds": 0} if world.clock.is_simulated else {}),
        )
        self.data = MarketWorld(
            bar_store,
            world.calendar,
            fetch_missing=self.fetch_missing,
            is_streamed=self._is_streamed,
        )
        self.data.no_weather = "" if world.space_weather else NO_WEATHER
        self.stream = RealtimePull(self.data, now=lambda: world.clock.now().timestamp())
        self.streams = WebSocketManager(world.access, self.stream.on_messages, inbox, clock=world.clock)
        self.view = MarketView(
            self.data,
            self.stream,
            world.clock,
            fetch=world.alpaca.bars,
            wanted=self.streams.subscriptions.symbols,
            has_split=partial(has_split, store, world.calendar),
        )

    @property
    def fetcher(self) -> Fetcher:
        """Return the pool for slow look-ups."""
        return self._looks.fetcher

    def last_bar(self, symbol: str) -> tuple[int, float] | None:
        """Return start and close of the newest bar that is over, for screens and for what shares are worth.

        While the market is closed no minute moves the algorithms' view on, but history may have come.
        """
        seen = self.view.last_bar(symbol)
        now = int(self._world.clock.now().timestamp())
        if seen is not None and self._world.calendar.is_open(now):
            return seen
        stored = self.data.bar_store.last_bars(symbol, 1, before=now)
        return max(seen or (0, 0.0), (stored[0].ts, stored[0].close)) if stored else seen

    def renew_budget(self) -> None:
        """Grant the next turn its whole time of waiting."""
        self._looks.budget.renew()

    def fetch_missing(self, symbol: str, start: int, end: int) -> None:
        """Fetch history for a data function: on the fetcher, outside the algorithm's time limit."""
        with self._looks.timer.paused(), self._looks.budget.spend() as left_seconds:
            future = self.fetcher.submit(self.pull.pull, symbol, start, end)
            try:
                future.result(None if self._world.clock.is_simulated else left_seconds)
            except (TimeoutError, CancelledError):
                log.info("History of %s is on its way; the algorithm sees what is stored.", symbol)
            except MarketDataError as error:
                log.warning("%s", error)

    def _is_streamed(self, symbol: str) -> bool:
        """Say whether the symbol's minutes come by themselves; the lock-step supplies what is claimed."""
        if self._world.clock.is_simulated:
            return self.streams.subscriptions.count(symbol) > 0
        return symbol in self.streams.acknowledged
