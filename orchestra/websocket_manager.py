"""Port: the only user of alpaca-py's streams, one connection each.

In: claims on symbols. Out: bar frames in the buffer, order updates and connection news in the inbox.
Thread: stream-data and stream-orders run alpaca-py's `run()`; one subscriber thread speaks to them,
because alpaca-py's subscribe calls block and must never be made from a handler.
"""

import asyncio
import logging
import threading
import warnings
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for_futures
from dataclasses import dataclass
from typing import Any

with warnings.catch_warnings():
    # alpaca-py still imports websockets.legacy, which announces its end; the version is pinned.
    warnings.simplefilter("ignore", DeprecationWarning)
    from alpaca.data.enums import DataFeed
    from alpaca.data.live import StockDataStream
    from alpaca.trading.stream import TradingStream

from orchestra.messages.events import OrderUpdateReceived, StreamConnected, StreamDisconnected, StreamName
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.subscriptions import Claim, Subscriptions

log = logging.getLogger(__name__)

SUBSCRIBE_SECONDS = 5.0
STOP_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class StreamAccess:
    """Keys and addresses.

    data_url and orders_url override Alpaca's own. data_timeout: seconds without market data after which
    the socket counts as mute; None in simulated time.
    """

    key: str
    secret: str
    is_paper: bool
    feed: str
    data_url: str | None = None
    orders_url: str | None = None
    data_timeout: float | None = None


class WebSocketManager:
    """Hold both streams and keep the server's subscriptions equal to what is claimed.

    on_bar: takes each raw bar frame on the stream's thread, so it may only append.
    """

    def __init__(self, access: StreamAccess, on_bar: Callable[[Mapping[str, Any]], None], inbox: Inbox) -> None:
        self._access = access
        self._take_bar = on_bar
        self._inbox = inbox
        self.subscriptions = Subscriptions()
        self._ready = {name: threading.Event() for name in StreamName}
        self._subscriber = ThreadPoolExecutor(max_workers=1, thread_name_prefix="subscriber")
        self._data: _DataStream | None = None
        self._orders = _OrderStream(access, self._on_order_update, self._on_state)
        self._threads: list[threading.Thread] = []
        self._acknowledged: frozenset[str] = frozenset()
        self._last_sync: Future[None] | None = None
        self._has_stopped = False

    @property
    def acknowledged(self) -> frozenset[str]:
        """Return the symbols the server says are subscribed."""
        return self._acknowledged

    def start(self) -> None:
        """Start the order stream; the data stream starts with the first claim (it would spin without one)."""
        self._run(self._orders, "stream-orders")
        self._sync_later()

    def claim(self, symbol: str, owner: str) -> None:
        """Need a symbol's prices under a name; subscribes at the first claim."""
        if self.subscriptions.claim(symbol, owner):
            self._sync_later()

    def release(self, symbol: str, owner: str) -> None:
        """Need a symbol no more; unsubscribes at the last release."""
        if self.subscriptions.release(symbol, owner):
            self._sync_later()

    def restore(self, claims: list[Claim]) -> None:
        """Take over the claims recomputed from the books."""
        self.subscriptions.replace(claims)
        self._sync_later()

    def wait_ready(self, wait_seconds: float) -> bool:
        """Wait until every stream that is needed is connected and subscriptions are sent."""
        needed = [StreamName.ORDERS, *([StreamName.DATA] if self.subscriptions.symbols() else [])]
        is_ready = all(self._ready[name].wait(wait_seconds) for name in needed)
        if self._last_sync is not None:
            wait_for_futures([self._last_sync], timeout=wait_seconds)
        return is_ready

    def is_connected(self, stream: StreamName) -> bool:
        """Say whether the stream is authenticated now."""
        return self._ready[stream].is_set()

    def stop(self) -> None:
        """Close both streams and wait for their threads."""
        self._has_stopped = True
        self._subscriber.shutdown(wait=True, cancel_futures=True)
        for stream in (self._data, self._orders):
            if stream is not None:
                stream.shut()
        for thread in self._threads:
            thread.join(STOP_SECONDS)

    def _sync_later(self) -> None:
        if not self._has_stopped:
            self._last_sync = self._subscriber.submit(self._sync)

    def _sync(self) -> None:
        """Make the stream's handlers equal to the claims; on the subscriber thread only."""
        wanted = self.subscriptions.symbols()
        if self._data is None:
            if wanted:
                self._data = _DataStream(self._access, self._on_data_state, self._on_acknowledged)
                self._data.set_symbols(self._on_bar, wanted)
                self._run(self._data, "stream-data")
            return
        self._data.set_symbols(self._on_bar, wanted)

    def _run(self, stream: "_DataStream | _OrderStream", name: str) -> None:
        thread = threading.Thread(target=stream.run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    async def _on_bar(self, frame: Any) -> None:
        self._take_bar(frame)

    async def _on_order_update(self, message: Any) -> None:
        self._inbox.put(OrderUpdateReceived(message))

    def _on_data_state(self, reason: str | None) -> None:
        self._state(StreamName.DATA, reason)

    def _on_state(self, reason: str | None) -> None:
        self._state(StreamName.ORDERS, reason)

    def _state(self, stream: StreamName, reason: str | None) -> None:
        """Note a connection (reason None) or its end and tell the engine."""
        if reason is None:
            self._ready[stream].set()
            self._inbox.put(StreamConnected(stream))
        elif self._ready[stream].is_set():
            self._ready[stream].clear()
            self._inbox.put(StreamDisconnected(stream, reason))

    def _on_acknowledged(self, symbols: frozenset[str]) -> None:
        """Compare the server's word with the claims: alpaca-py drops a subscription made while it connects."""
        self._acknowledged = symbols
        if symbols != self.subscriptions.symbols():
            self._sync_later()


class _Shutting:
    """What both streams lack: an end that does not wait for the next frame (up to 5 s in alpaca-py)."""

    # alpaca-py's own, untyped there: the event loop while run() is in it, and the open socket.
    _loop: Any
    _ws: Any
    stop_ws: Callable[[], Coroutine[Any, Any, None]]

    def shut(self) -> None:
        """Ask alpaca-py to stop and close the socket under its reader."""
        if self._loop is not None and self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self._stop_and_close(), self._loop)

    async def _stop_and_close(self) -> None:
        await self.stop_ws()
        if self._ws is not None:
            await self._ws.close()


class _DataStream(_Shutting, StockDataStream):
    """alpaca-py's data stream, telling when it connects, breaks and what the server subscribed."""

    def __init__(
        self,
        access: StreamAccess,
        on_state: Callable[[str | None], None],
        on_acknowledged: Callable[[frozenset[str]], None],
    ) -> None:
        super().__init__(
            access.key,
            access.secret,
            raw_data=True,
            feed=DataFeed(access.feed),
            url_override=access.data_url,
            data_timeout=access.data_timeout,
        )
        self._on_state = on_state
        self._on_acknowledged = on_acknowledged
        self._sent: frozenset[str] = frozenset()

    def set_symbols(self, handler: Callable[[Any], Any], wanted: frozenset[str]) -> None:
        """Subscribe and unsubscribe until exactly these symbols have the handler."""
        held = frozenset(self._handlers["bars"])
        if wanted - held or wanted - self._sent:
            self.subscribe_bars(handler, *wanted)
            self.subscribe_updated_bars(handler, *wanted)
        if held - wanted:
            self.unsubscribe_bars(*(held - wanted))
            self.unsubscribe_updated_bars(*(held - wanted))

    async def _start_ws(self) -> None:
        await super()._start_ws()
        self._on_state(None)

    async def close(self) -> None:
        """Tell of the break, whoever caused it, then close."""
        self._on_state("connection closed")
        self._sent = frozenset()
        await super().close()

    async def _dispatch(self, msg: dict[str, Any]) -> None:
        if msg.get("T") == "subscription":
            self._sent = frozenset(msg.get("bars") or ())
            self._on_acknowledged(self._sent)
        await super()._dispatch(msg)


class _OrderStream(_Shutting, TradingStream):
    """alpaca-py's order stream, telling when it connects and breaks."""

    def __init__(
        self, access: StreamAccess, handler: Callable[[Any], Any], on_state: Callable[[str | None], None]
    ) -> None:
        super().__init__(
            access.key,
            access.secret,
            paper=access.is_paper,
            raw_data=True,
            url_override=access.orders_url,  # type: ignore[arg-type]  # None means Alpaca's own, alpaca-py says str
        )
        self._on_state = on_state
        self.subscribe_trade_updates(handler)

    async def _start_ws(self) -> None:
        await super()._start_ws()  # type: ignore[no-untyped-call]
        self._on_state(None)

    async def close(self) -> None:
        """Tell of the break, whoever caused it, then close."""
        self._on_state("connection closed")
        await super().close()
