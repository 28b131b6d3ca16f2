"""All live connections of the exchange by their path. Satisfies Streams."""

from collections.abc import Callable, Sequence

from database.bar import MINUTE, Bar
from orchestra.paper_exchange.book.orders import OrderUpdate
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.tape.bar_history import BarHistory
from orchestra.paper_exchange.wire.data_plan import DataPlan
from orchestra.paper_exchange.wire.faults.board import FaultBoard
from orchestra.paper_exchange.wire.sockets.data_stream import DataStream, FeedTerms
from orchestra.paper_exchange.wire.sockets.fakepaca import fake_bar
from orchestra.paper_exchange.wire.sockets.minute_news import MinuteNews
from orchestra.paper_exchange.wire.sockets.subscriptions import TEST_CHANNELS
from orchestra.paper_exchange.wire.sockets.trade_stream import TradeStream

IEX, SIP, TEST = "/v2/iex", "/v2/sip", "/v2/test"
ORDERS = "/stream"


class StreamHub:
    """One data stream for each feed, and the trade updates. Every feed tells the same bars."""

    def __init__(
        self, exchange: PaperExchange, is_known: Callable[[str, str], bool], *, board: FaultBoard, plan: DataPlan
    ) -> None:
        terms = {
            IEX: FeedTerms(symbol_limit=plan.symbol_limit),
            SIP: FeedTerms(symbol_limit=plan.symbol_limit, is_in_plan=not plan.is_basic),
        }
        self._feeds = {path: DataStream(is_known, board, terms[path]) for path in terms}
        self._test = DataStream(is_known, board, FeedTerms(TEST_CHANNELS))
        self._news = MinuteNews(exchange.market, exchange.schedule, BarHistory.of(exchange))
        self._orders = TradeStream(is_known, board)
        self._minute_listeners: list[Callable[[int], None]] = []
        board.heal_with(self.heal)

    def server_of(self, path: str) -> Callable[[dict[str, object]], None] | None:
        """Return what serves the WebSocket path, or None when there is none."""
        if path == ORDERS:
            return self._orders.serve
        feed = self._test if path == TEST else self._feeds.get(path)
        return feed.serve if feed else None

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
            feed.send(minute - MINUTE, lambda held: self._news.of_statuses(minute, held))
        # The test feed knows one symbol and no market.
        fake = fake_bar(minute - MINUTE)
        self._test.send(fake.ts, lambda held: self._news.of_bars([fake], held))

    def send_bars(self, bars: Sequence[Bar]) -> frozenset[str]:
        """Send the bars of one minute, its trades and quotes first; return the symbols whose bars went out."""
        feeds = self._feeds.values()
        return frozenset().union(
            *(feed.send(bars[0].ts, lambda held: self._news.of_bars(bars, held)) for feed in feeds)
        )

    def send_update(self, update: OrderUpdate) -> None:
        """Send one order event."""
        self._orders.send_update(update)

    def heal(self) -> None:
        """Let mute and half-open connections speak again."""
        for feed in (*self._feeds.values(), self._test):
            feed.heal()
        self._orders.heal()

    def close(self) -> None:
        """End every connection."""
        for feed in (*self._feeds.values(), self._test):
            feed.close()
        self._orders.close()
