"""Port: the only user of alpaca-py's streams, one connection each.

In: claims on symbols. Out: bar frames in the buffer, order updates and connection news in the inbox.
Thread: stream-data and stream-orders run alpaca-py's `run()`. Claims come from any thread; what they change at
the server is sent on the stream's own, because alpaca-py's subscribe calls block and lose what comes while it
connects. The private names this relies on are held against the pinned version by a test.
"""

import asyncio
import json
import logging
import threading
import warnings
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from orchestra.runtime.network.late_pandas import late_pandas

with warnings.catch_warnings(), late_pandas():
    # alpaca-py still imports websockets.legacy, which announces its end; the version is pinned.
    warnings.simplefilter("ignore", DeprecationWarning)
    from alpaca.data.enums import DataFeed
    from alpaca.data.live import StockDataStream
    from alpaca.trading.stream import TradingStream

from orchestra.messages.events import (
    OrderUpdateReceived,
    StopRequested,
    StreamConnected,
    StreamDisconnected,
    StreamName,
)
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.network.reconnect_pace import ReconnectPace
from orchestra.runtime.network.steady_stream import CLOSE_SECONDS, REFUSALS, OnState, SteadyStream
from orchestra.runtime.network.subscriptions import Claim, Subscriptions
from system_databse.errors import BrokerUnavailable

log = logging.getLogger(__name__)

CHANNELS = ("bars", "updatedBars", "statuses")
# What a feed may do without when it refuses a subscription.
OPTIONAL_CHANNELS = frozenset({"statuses"})
INVALID_SUBSCRIPTION = frozenset({400, 410})
# Errors after which Alpaca closes: they are the reason, where others are only complaints.
LAST_WORDS = frozenset({402, 404, 406, 407})
PING_SECONDS = 10.0
PONG_SECONDS = 15.0
QUEUE = 1024
STOP_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class StreamAccess:
    """Keys and addresses; data_url and orders_url override Alpaca's own.

    ping_seconds, pong_seconds: a peer that is gone is noticed after both; alpaca-py's own 10 and 180 s would cost
    three minutes of trading.
    alpaca-py's `data_timeout` stays off: it knows neither sessions nor thin symbols, so it would reconnect all night.
    A socket that says nothing is judged by `signals/feed_watch.py`.
    """

    key: str
    secret: str
    is_paper: bool
    feed: str
    data_url: str | None = None
    orders_url: str | None = None
    ping_seconds: float = PING_SECONDS
    pong_seconds: float = PONG_SECONDS

    @property
    def socket(self) -> dict[str, float]:
        """Return the settings of the sockets; closing does not wait for a peer that says nothing."""
        ping = {"ping_interval": self.ping_seconds, "ping_timeout": self.pong_seconds}
        return ping | {"max_queue": QUEUE, "close_timeout": CLOSE_SECONDS}


class WebSocketManager:
    """Hold both streams and keep the server's subscriptions equal to what is claimed.

    on_bars: takes the raw bars and trading statuses that came together, on the stream's thread, so it may only append.
    last_frame_at: when the last one came (monotonic), 0 before the first.
    """

    def __init__(
        self,
        access: StreamAccess,
        on_bars: Callable[[Sequence[Mapping[str, Any]]], None],
        inbox: Inbox,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._access = access
        self._clock = clock or SystemClock()
        self._take_bars = on_bars
        self._array: list[Mapping[str, Any]] = []
        self._inbox = inbox
        self.subscriptions = Subscriptions()
        self._changed = threading.Condition()
        self._connected_at: dict[StreamName, float] = {}
        self.last_frame_at = 0.0
        self._troubles: dict[StreamName, str] = {}
        self._acknowledged: frozenset[str] = frozenset()
        self._starting = threading.Lock()
        self._is_running = False
        self._data: _DataStream | None = None
        self._orders = _OrderStream(
            access, self._on_order_update, on_state=self._on_order_state, pace=ReconnectPace(self._clock.monotonic)
        )
        self._threads: list[threading.Thread] = []

    @property
    def acknowledged(self) -> frozenset[str]:
        """Return the symbols the server says are subscribed."""
        return self._acknowledged

    def start(self) -> None:
        """Start the order stream; the data stream starts with the first claim (it would spin without one)."""
        with self._starting:
            self._is_running = True
            self._run(self._orders, StreamName.ORDERS)
        self._sync()

    def claim(self, symbol: str, owner: str) -> None:
        """Need a symbol's prices under a name; subscribes at the first claim."""
        if self.subscriptions.claim(symbol, owner):
            self._sync()

    def release(self, symbol: str, owner: str) -> None:
        """Need a symbol no more; unsubscribes at the last release."""
        if self.subscriptions.release(symbol, owner):
            self._sync()

    def restore(self, claims: list[Claim]) -> None:
        """Take over the claims recomputed from the books."""
        self.subscriptions.replace(claims)
        self._sync()

    def wait_ready(self, wait_seconds: float) -> bool:
        """Wait until every stream that is needed is connected and the server confirms what is claimed."""
        with self._changed:
            return self._changed.wait_for(self._is_ready, wait_seconds)

    def is_connected(self, stream: StreamName) -> bool:
        """Say whether the stream is authenticated now."""
        return stream in self._connected_at

    def connected_since(self, stream: StreamName) -> float | None:
        """Return since when the stream is authenticated (monotonic), None while it is not."""
        return self._connected_at.get(stream)

    def trouble(self, stream: StreamName) -> str | None:
        """Return in words why the stream is not connected; None while it is, or before its first attempt."""
        return self._troubles.get(stream)

    def silent_since(self) -> float | None:
        """Return since when the connected data stream has brought nothing (monotonic); None while it is down."""
        connected_at = self._connected_at.get(StreamName.DATA)
        return None if connected_at is None else max(connected_at, self.last_frame_at)

    def reconnect(self, stream: StreamName, reason: str) -> None:
        """Make a new connection in place of one that brings nothing any more; reason: for the owner."""
        connection = self._data if stream is StreamName.DATA else self._orders
        if connection is not None:
            log.warning("The %s stream is connected anew: %s.", stream, reason)
            connection.reconnect(reason)

    def stop(self) -> None:
        """Close both streams and wait for their threads."""
        with self._starting:
            self._is_running = False
        # alpaca-py announces a reconnect even when it was told to stop.
        logging.getLogger("alpaca").setLevel(logging.ERROR)
        for stream in (self._data, self._orders):
            if stream is not None:
                stream.shut()
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        logging.getLogger("alpaca").setLevel(logging.NOTSET)

    def _is_ready(self) -> bool:
        wanted = self.subscriptions.symbols()
        needed = {StreamName.ORDERS, StreamName.DATA} if wanted else {StreamName.ORDERS}
        return needed <= self._connected_at.keys() and wanted <= self._acknowledged

    def _sync(self) -> None:
        """Tell the data stream that the claims changed; the first claim starts it."""
        with self._starting:
            if not self._is_running:
                return
            if self._data is not None:
                self._data.claims_changed()
            elif wanted := self.subscriptions.symbols():
                self._data = self._new_data_stream(wanted)
                self._run(self._data, StreamName.DATA)

    def _new_data_stream(self, wanted: frozenset[str]) -> "_DataStream":
        stream = _DataStream(
            self._access,
            self._on_bar,
            wanted=self.subscriptions.symbols,
            on_state=self._on_data_state,
            pace=ReconnectPace(self._clock.monotonic),
            on_acknowledged=self._on_acknowledged,
        )
        stream.take_over(wanted)
        return stream

    def _run(self, stream: "_DataStream | _OrderStream", name: StreamName) -> None:
        thread = threading.Thread(target=self._run_stream, args=(stream, name), name=f"stream-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run_stream(self, stream: "_DataStream | _OrderStream", name: StreamName) -> None:
        """Run alpaca-py's loop, which reconnects for ever; when it does not, only a new process can help."""
        try:
            with suppress(asyncio.CancelledError):
                stream.run()
        except Exception:
            log.exception("The %s stream broke.", name)
        if self._is_running:
            self._state(name, "ended")
            error = BrokerUnavailable(
                f"The {name} stream has ended: start again, and look at the log if it comes back."
            )
            self._inbox.put(StopRequested(f"the end of the {name} stream", error=error))

    async def _on_bar(self, frame: Any) -> None:
        """Collect one of an array; the array is handed on as a whole, once alpaca-py has dispatched its last one."""
        if not self._array:
            asyncio.get_running_loop().call_soon(self._hand_on)
        self._array.append(frame)

    def _hand_on(self) -> None:
        array, self._array = self._array, []
        self.last_frame_at = self._clock.monotonic()
        self._take_bars(array)

    async def _on_order_update(self, message: Any) -> None:
        self._inbox.put(OrderUpdateReceived(message))

    def _on_data_state(self, reason: str | None) -> None:
        self._state(StreamName.DATA, reason)

    def _on_order_state(self, reason: str | None) -> None:
        self._state(StreamName.ORDERS, reason)

    def _state(self, stream: StreamName, reason: str | None) -> None:
        """Note a connection (reason None) or its end and tell the engine."""
        with self._changed:
            was_connected = stream in self._connected_at
            if reason is None:
                self._connected_at[stream] = self._clock.monotonic()
                self._troubles.pop(stream, None)
            else:
                self._connected_at.pop(stream, None)
                self._troubles[stream] = reason
            self._changed.notify_all()
        if reason is None:
            self._inbox.put(StreamConnected(stream))
        elif was_connected:
            self._inbox.put(StreamDisconnected(stream, reason))

    def _on_acknowledged(self, symbols: frozenset[str]) -> None:
        with self._changed:
            self._acknowledged = symbols
            self._changed.notify_all()


class _DataStream(SteadyStream, StockDataStream):
    """alpaca-py's data stream with the claims as its subscriptions, telling when it connects and breaks.

    wanted: the symbols claimed now; handler: takes each raw bar frame.
    """

    def __init__(
        self,
        access: StreamAccess,
        handler: Callable[[Any], Coroutine[Any, Any, None]],
        *,
        wanted: Callable[[], frozenset[str]],
        on_state: OnState,
        pace: ReconnectPace,
        on_acknowledged: Callable[[frozenset[str]], None],
    ) -> None:
        super().__init__(
            access.key,
            access.secret,
            raw_data=True,
            feed=DataFeed(access.feed),
            websocket_params=access.socket,
            url_override=access.data_url,
        )
        self._handler = handler
        self._wanted = wanted
        self._on_state = on_state
        self._pace = pace
        self._on_acknowledged = on_acknowledged
        self._channels: tuple[str, ...] = CHANNELS
        self._acknowledged: frozenset[str] = frozenset()
        self._mismatch: tuple[frozenset[str], frozenset[str]] | None = None

    def take_over(self, wanted: frozenset[str]) -> None:
        """Have the handler for exactly these symbols; before run, and then on the stream's thread only."""
        for channel in CHANNELS:
            named = wanted if channel in self._channels else ()
            self._handlers[channel] = dict.fromkeys(named, self._handler)

    def claims_changed(self) -> None:
        """Bring the server's subscriptions in line; from any thread."""
        self._hand_over(self._reconcile)

    async def _reconcile(self) -> None:
        """Subscribe and unsubscribe what differs; connecting ends with a subscription to the newest claims."""
        if not self._running:
            return
        wanted = self._wanted()
        missing, surplus = wanted - self._acknowledged, self._acknowledged - wanted
        if missing:
            await self._send_subscribe_msg()
        if surplus:
            self.take_over(self._wanted())
            for channel in self._channels:
                await self._send_unsubscribe_msg(channel, sorted(surplus))

    async def _send_subscribe_msg(self) -> None:
        self.take_over(self._wanted())
        await super()._send_subscribe_msg()

    async def close(self) -> None:
        """Forget what was subscribed, tell of the break and close."""
        self._mismatch = None
        self._acknowledge(frozenset())
        await super().close()

    async def _dispatch(self, msg: dict[str, Any]) -> None:
        if msg.get("T") == "subscription":
            self._acknowledge(frozenset(msg.get("bars") or ()))
            await self._compare_with_claims()
        elif msg.get("T") == "error":
            await self._on_error(msg)
            return
        await super()._dispatch(msg)

    async def _on_error(self, msg: Mapping[str, Any]) -> None:
        """Say what the server complains of, and go on without a channel that this feed does not have."""
        said = str(msg.get("msg"))
        words = REFUSALS.get(said, said)
        log.warning("The data stream answers: %s (%s).", words, msg.get("code"))
        if msg.get("code") in LAST_WORDS:
            self._trouble = words
        if msg.get("code") in INVALID_SUBSCRIPTION and OPTIONAL_CHANNELS & set(self._channels):
            self._channels = tuple(channel for channel in CHANNELS if channel not in OPTIONAL_CHANNELS)
            await self._send_subscribe_msg()

    def _acknowledge(self, symbols: frozenset[str]) -> None:
        self._acknowledged = symbols
        self._on_acknowledged(symbols)

    async def _compare_with_claims(self) -> None:
        """Ask again when the server's word is not the claims, but not twice in a row for the same refusal."""
        wanted = self._wanted()
        if self._acknowledged == wanted:
            self._mismatch = None
        elif self._mismatch != (self._acknowledged, wanted):
            self._mismatch = (self._acknowledged, wanted)
            await self._reconcile()


class _OrderStream(SteadyStream, TradingStream):
    """alpaca-py's order stream, telling when it connects and breaks."""

    def __init__(
        self, access: StreamAccess, handler: Callable[[Any], Any], *, on_state: OnState, pace: ReconnectPace
    ) -> None:
        super().__init__(
            access.key,
            access.secret,
            paper=access.is_paper,
            raw_data=True,
            websocket_params=access.socket,
            url_override=access.orders_url,  # type: ignore[arg-type]  # None means Alpaca's own, alpaca-py says str
        )
        self._on_state = on_state
        self._pace = pace
        self.subscribe_trade_updates(handler)

    async def _subscribe_trade_updates(self) -> None:
        """Be connected once Alpaca confirms: the comparison that follows sees whatever happened before."""
        await super()._subscribe_trade_updates()
        while (message := json.loads(await self._ws.recv())).get("stream") != "listening":
            await self._dispatch(message)
        if "trade_updates" not in message["data"]["streams"]:
            raise ValueError("Alpaca sends no order updates to these keys")
