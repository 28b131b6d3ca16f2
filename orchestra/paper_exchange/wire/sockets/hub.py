"""All live connections of the exchange by their path. Satisfies Streams."""

from collections.abc import Callable, Sequence

from database.bar import Bar
from orchestra.paper_exchange.book.orders import OrderUpdate
from orchestra.paper_exchange.wire.sockets.data_stream import DataStream
from orchestra.paper_exchange.wire.sockets.trade_stream import TradeStream

FEEDS = ("/v2/iex", "/v2/sip")
ORDERS = "/stream"


class StreamHub:
    """One data stream for each feed, and the trade updates. Every feed tells the same bars."""

    def __init__(self, is_known: Callable[[str, str], bool]) -> None:
        self._feeds = {path: DataStream(is_known) for path in FEEDS}
        self._orders = TradeStream(is_known)

    def server_of(self, path: str) -> Callable[[dict[str, object]], None] | None:
        """Return what serves the WebSocket path, or None when there is none."""
        if path == ORDERS:
            return self._orders.serve
        return self._feeds[path].serve if path in self._feeds else None

    def wanted(self) -> frozenset[str] | None:
        """Return the symbols that any feed's client listens to; None when one listens to all."""
        named = [feed.wanted() for feed in self._feeds.values()]
        return None if None in named else frozenset().union(*(symbols for symbols in named if symbols))

    def send_bars(self, bars: Sequence[Bar]) -> frozenset[str]:
        """Send the bars of one minute; return the symbols that went out to anybody."""
        return frozenset().union(*(feed.send_bars(bars) for feed in self._feeds.values()))

    def send_update(self, update: OrderUpdate) -> None:
        """Send one order event."""
        self._orders.send_update(update)

    def close(self) -> None:
        """End every connection."""
        for feed in self._feeds.values():
            feed.close()
        self._orders.close()
