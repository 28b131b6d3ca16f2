"""What only real time needs watched: the clock, the feed, gaps, steps of a price, the order stream, the assets.

In: the parts of an engine. Out: reasons not to open anything, alerts, look-ups on the fetcher. Thread: engine; nothing
here waits for the network except `start`, and that only for a moment. On simulated time there is no such thing.
"""

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any, Protocol

from database.bar import MINUTE
from database.bars.market_world import MarketWorld
from database.errors import MarketDataError
from database.historical_pull import SETTLE_SECONDS, HistoricalPull
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds, iso_minute
from orchestra.execution.order_desk import OrderDesk
from orchestra.messages.events import AlertEnded, AlertRaised, StreamConnected, StreamName
from orchestra.runtime.agenda import Agenda
from orchestra.runtime.fetcher import Fetcher
from orchestra.runtime.network.clock_gate import ClockGate
from orchestra.runtime.network.time_server import follows_time_server
from orchestra.signals.backfill import Backfill
from orchestra.signals.market_view import MarketView
from orchestra.signals.watch.asset_watch import Assets, AssetWatch
from orchestra.signals.watch.calendar_watch import CalendarWatch, ToldCalendar
from orchestra.signals.watch.feed_watch import FeedWatch, History
from orchestra.signals.watch.space_weather_watch import SpaceWeatherWatch
from orchestra.websocket_manager import WebSocketManager
from orchestra.worlds import World
from system_databse.rows import events

BACKFILL_CHECK_SECONDS = 900.0
JUMP_RETRY_SECONDS = 15.0
START_SECONDS = 3.0
# How long a minute waits for bars that were missed while the feed was away.
CATCH_UP_SECONDS = 1.5
BLOCKING = ("clock.wrong", "calendar.unknown", "feed.down")
# What is told while it lasts, and is over by itself.
STATES = (*BLOCKING, "market.trading_halt", "market.price_jump", "data.gap")
CATCHING_UP = "bars missed while the data feed was away are still being fetched"


class Roster(Protocol):
    """What the watch needs of the roster."""

    def running_symbols(self) -> frozenset[str]:
        """Return the symbols of running algorithms."""

    def rest_all(self, symbol: str) -> list[int]:
        """Pause the running algorithms of a symbol and return their ids."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The parts that are looked after."""

    world: World
    fetcher: Fetcher
    streams: WebSocketManager
    pull: HistoricalPull
    view: MarketView
    data: MarketWorld
    backfill: Backfill
    desk: OrderDesk
    roster: Roster
    system: SqliteStore
    publish: Callable[[object], None]
    agenda: Agenda


class LiveWatch:
    """Look after a run in real time. Call `start` once, `run_due` between minutes, `before_minute` before each."""

    def __init__(self, parts: Watched) -> None:
        self._parts = parts
        clock, calendar, alpaca = parts.world.clock, parts.world.calendar, parts.world.alpaca
        self._clock = clock
        self._agenda = Agenda(clock)
        self._agenda.every(BACKFILL_CHECK_SECONDS, parts.backfill.look)
        self.clock_gate = ClockGate(
            clock, alpaca.clock, self._starter("clock"), follows_time_server=follows_time_server
        )
        told = ToldCalendar(alpaca.calendar, self._starter("calendar"))
        self.calendar_watch = CalendarWatch(told, calendar, clock, system=parts.system)
        self.feed = FeedWatch(
            parts.streams,
            calendar,
            clock,
            history=History(parts.view.busy_symbols, alpaca.latest_bars, self._starter("feed")),
            is_needed=lambda: bool(parts.streams.subscriptions.symbols()),
        )
        assets = Assets(parts.roster.running_symbols, alpaca.asset, self._starter("asset"))
        self.assets = AssetWatch(assets, calendar, clock, on_untradable=self._let_rest)
        self._weather = SpaceWeatherWatch(
            parts.data, clock, self._starter("space weather"), fetch=parts.world.space_weather, agenda=parts.agenda
        )
        self._settling: dict[str, tuple[Future[Any] | None, float]] = {}
        self._told: dict[object, tuple[str, str]] | None = None

    def start(self) -> None:
        """Compare the clocks and catch up before the first minute, waiting a moment for each."""
        self.clock_gate.wait(START_SECONDS)
        self.calendar_watch.wait(START_SECONDS)
        self._parts.backfill.wait(START_SECONDS)

    def run_due(self) -> None:
        """Do what is due, and tell the owner what has come about."""
        self._agenda.run_due()
        self.clock_gate.run_due()
        self.calendar_watch.run_due()
        self.feed.run_due()
        self._watch_orders()
        self.assets.check(self._parts.desk.take_not_tradable())
        self.assets.run_due()
        self._weather.run_due()
        if self._parts.view.take_unfilled():
            self._parts.backfill.look()
        self._settle_jumps()
        self._tell_news()

    def before_minute(self) -> None:
        """Give bars that were missed a moment to come in; while the feed is down, fetch those of the minute.

        Exits go on without a feed, and they must not rest on data that is getting old.
        """
        is_down = self.feed.reason is not None
        if is_down:
            self._parts.backfill.look()
        if is_down or self._parts.backfill.is_catching_up:
            self._parts.backfill.wait(CATCH_UP_SECONDS)

    def on_connected(self, message: StreamConnected) -> None:
        """Take note of a new connection."""
        if message.stream is StreamName.ORDERS:
            self._parts.desk.stream_watch.on_connected()

    def is_time_known(self) -> bool:
        """Say whether a minute may be run by this machine's clock."""
        return self.clock_gate.is_time_known

    def closed_gates(self) -> list[str]:
        """Return why nothing may be opened now; exits go on."""
        catching_up = CATCHING_UP if self._parts.backfill.is_catching_up else None
        return [reason for reason in (*self._reasons(), catching_up) if reason]

    def _reasons(self) -> tuple[str | None, ...]:
        return self.clock_gate.reason, self.calendar_watch.reason, self.feed.reason

    def _starter(self, name: str) -> Callable[[Callable[[], Any]], "Future[Any]"]:
        """Return what runs a call on the fetcher, one of that name at a time."""
        return lambda work: self._parts.fetcher.run(name, work)

    def _watch_orders(self) -> None:
        """Send, ask and poll what is due; make a stream anew that owes what a poll has found."""
        is_connected = self._parts.streams.is_connected(StreamName.ORDERS)
        self._parts.desk.run_due(is_stream_down=not is_connected)
        overdue = self._parts.desk.stream_watch.take_overdue()
        if overdue and is_connected:
            self._parts.streams.reconnect(StreamName.ORDERS, f"it told nothing of order {overdue}")

    def _settle_jumps(self) -> None:
        """Ask history for bars that were not believed, and again until it has them or surely has not."""
        for symbol, jump in list(self._parts.view.jumps.items()):
            under_way, due_at = self._settling.get(symbol, (None, 0.0))
            if under_way is not None and under_way.done():
                self._settling[symbol] = (None, self._clock.monotonic() + JUMP_RETRY_SECONDS)
                self._take_history(symbol, jump.bar.ts, under_way)
            elif under_way is None and self._clock.monotonic() >= due_at:
                now = int(self._clock.now().timestamp())
                future = self._parts.fetcher.submit(self._parts.pull.pull, symbol, jump.bar.ts, now)
                self._settling[symbol] = (future, due_at)

    def _take_history(self, symbol: str, ts: int, fetched: "Future[Any]") -> None:
        try:
            fetched.result()
        except (MarketDataError, CancelledError):
            return
        now = self._clock.now().timestamp()
        is_told = ts not in self._parts.pull.missing_minutes(symbol, ts, ts + MINUTE)
        if is_told or now > ts + MINUTE + SETTLE_SECONDS:
            del self._settling[symbol]
            self._parts.view.settle_jump(symbol)

    def _let_rest(self, symbol: str, reason: str) -> None:
        for algorithm_id in self._parts.roster.rest_all(symbol):
            self._alert(
                "algorithm.paused", f"Algorithm {algorithm_id} rests: {reason}.", symbol, algorithm_id=algorithm_id
            )

    def _tell_news(self) -> None:
        """Tell each state once while it lasts: a reason nothing is opened, a step of a price, a gap."""
        found: dict[object, tuple[str, str, str]] = {}
        for text in self.calendar_watch.take_news():
            self._alert("calendar.changed", text, "")
        for reason, kind in zip(self._reasons(), BLOCKING, strict=True):
            if reason and self._parts.world.calendar.is_open(int(self._clock.now().timestamp())):
                found[kind] = (kind, f"Nothing is bought: {reason}.", "")
        for gate, symbols in self._parts.view.holds.items():
            for symbol, words in symbols.items():
                found[gate, symbol] = (f"market.{gate.lower()}", f"{symbol} is not bought: {words}.", symbol)
        for symbol, start, end in self._parts.pull.gaps():
            text = f"{symbol}: bars from {iso_minute(start)} to {iso_minute(end)} could not be fetched yet."
            found[symbol, start] = ("data.gap", text, symbol)
        told = self._told or {}
        self._end_others({(kind, symbol) for kind, _, symbol in found.values()})
        for key, (kind, text, symbol) in found.items():
            if key not in told:
                self._alert(kind, text, symbol)
        self._told = {key: (kind, symbol) for key, (kind, _, symbol) in found.items()}

    def _end_others(self, standing: set[tuple[str, str]]) -> None:
        """Say what is over; at the first look, of every kind that does not stand: an earlier run may have told it."""
        if self._told is None:
            found = {kind for kind, _ in standing}
            over = [AlertEnded(kind) for kind in STATES if kind not in found]
        else:
            gone = set(self._told.values()) - standing
            over = [AlertEnded(kind, symbol or None) for kind, symbol in sorted(gone)]
        for each in over:
            self._parts.publish(each)

    def _alert(self, kind: str, text: str, symbol: str, *, algorithm_id: int | None = None) -> None:
        with self._parts.system.transaction() as connection:
            at = iso_milliseconds(self._clock.now())
            events.insert(connection, kind, {"text": text, "symbol": symbol}, at=at)
        self._parts.publish(AlertRaised(kind, text, symbol, algorithm_id))
