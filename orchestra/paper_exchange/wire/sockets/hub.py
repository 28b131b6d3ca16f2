"""All live connections of the exchange by their path. Satisfies Streams."""

from collections.abc import Callable, Sequence

from database.bar import MINUTE, Bar
from orchestra.paper_exchange.book.orders import OrderUpdate
from orchestra.paper_exchange.wire.faults.board import FaultBoard
from orchestra.paper_exchange.wire.faults.stream_faults import Message
from orchestra.paper_exchange.wire.market_shapes import bar_message
from orchestra.paper_exchange.wire.sockets.data_stream import DataStream, FeedTerms
from orchestra.paper_exchange.wire.sockets.trade_stream import TradeStream

FEEDS = ("/v2/iex", "/v2/sip")
ORDERS = "/stream"


class StreamHub:
    """One data stream for each feed, and the trade updates. Every feed tells the same bars."""

    def __init__(self, is_known: Callable[[str, str], bool], board: FaultBoard) -> None:
        self._feeds = {path: DataStream(is_known, board, FeedTerms()) for path in FEEDS}
        self._orders = TradeStream(is_known, board)
        self._minute_listeners: list[Callable[[int], None]] = []
        board.heal_with(self.heal)

    def server_of(self, path: str) -> Callable[[dict[str, object]], None] | None:
        """Return what serves the WebSocket path, or None when there is none."""
        if path == ORDERS:
            return self._orders.serve
        return self._feeds[path].serve if path in self._feeds else None

    def wanted(self) -> frozenset[str] | None:
        """Return the symbols that some client listens to; None for every listed one."""
        by_feed = [feed.wanted() for feed in self._feeds.values()]
        asked = [symbols for symbols in by_feed if symbols is not None]
        return frozenset().union(*asked) if len(asked) == len(by_feed) else None

    def on_minute(self, listener: Callable[[int], None]) -> None:
        """Call this with every minute that the clock reaches, before its bars go out."""
        self._minute_listeners.append(listener)

    def minute_began(self, minute: int) -> None:
        """Send what is due now beside bars."""
        for listen in self._minute_listeners:
            listen(minute)
        for feed in self._feeds.values():
            feed.send(minute - MINUTE, lambda _wants: ())

    def send_bars(self, bars: Sequence[Bar]) -> frozenset[str]:
        """Send the bars of one minute; return the symbols that went out to anybody."""
        minute = bars[0].ts
        return frozenset().union(
            *(
                feed.send(
                    minute,
                    lambda wants: [
                        Message("bars", bar.symbol, bar_message(bar)) for bar in bars if wants("bars", bar.symbol)
                    ],
                )
                for feed in self._feeds.values()
            )
        )

    def send_update(self, update: OrderUpdate) -> None:
        """Send one order event."""
        self._orders.send_update(update)

    def heal(self) -> None:
        """Let mute and half-open connections speak again."""
        for feed in self._feeds.values():
            feed.heal()
        self._orders.heal()

    def close(self) -> None:
        """End every connection."""
        for feed in self._feeds.values():
            feed.close()
        self._orders.close()
