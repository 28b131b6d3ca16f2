"""What happened in a minute, as messages of a data stream for what a client listens to.

Trades and quotes come first, in the order of their time, then the minute bars, then the bars of the day so far. They
are the same facts, made by the same rules, as the history tells afterwards. Halts and resumptions are told at the
minute they begin; a session's open tells of everything that is halted then.
"""

from collections.abc import Iterator, Sequence

from database.bar import MINUTE, Bar
from orchestra.paper_exchange.market.market import Market
from orchestra.paper_exchange.schedule import Schedule
from orchestra.paper_exchange.tape.bar_history import BarHistory
from orchestra.paper_exchange.tape.prints import Print, Quote, told
from orchestra.paper_exchange.wire.faults.stream_faults import Message
from orchestra.paper_exchange.wire.market_shapes import bar_message, print_message, quote_message, status_message
from orchestra.paper_exchange.wire.sockets.subscriptions import EVERYTHING, Subscriptions

EVENT_CHANNELS = ("trades", "quotes")


class MinuteNews:
    """Make the messages of a minute."""

    def __init__(self, market: Market, schedule: Schedule, history: BarHistory) -> None:
        self._market = market
        self._schedule = schedule
        self._history = history

    def of_bars(self, bars: Sequence[Bar], held: Subscriptions) -> Iterator[Message]:
        """Yield what follows from the bars of one minute."""
        if any(held.by_channel[channel] for channel in EVENT_CHANNELS):
            events = [event for bar in bars for event in told(bar) if held.wants(_channel(event), event.symbol)]
            # Of several symbols the earliest event comes first.
            yield from (_event_message(event) for event in sorted(events, key=lambda event: event.at))
        for bar in bars:
            if held.wants("bars", bar.symbol):
                yield Message("bars", bar.symbol, bar_message(bar))
        for bar in bars:
            if held.wants("dailyBars", bar.symbol) and (day := self._day(bar)):
                yield Message("dailyBars", bar.symbol, bar_message(day, "d"))

    def of_statuses(self, minute: int, held: Subscriptions) -> Iterator[Message]:
        """Yield the halts and resumptions that begin at a minute."""
        session = self._schedule.session_of(minute)
        if not held.by_channel["statuses"] or not session.contains(minute):
            return
        for symbol in self._symbols(held.by_channel["statuses"]):
            was_halted = minute > session.open and self._market.is_halted(symbol, minute - MINUTE)
            is_halted = self._market.is_halted(symbol, minute)
            if was_halted is not is_halted:
                yield Message("statuses", symbol, status_message(symbol, minute, is_halted=is_halted))

    def _day(self, bar: Bar) -> Bar | None:
        return self._history.day_bar(bar.symbol, self._schedule.session_of(bar.ts))

    def _symbols(self, asked: frozenset[str]) -> Sequence[str]:
        return self._market.symbols if EVERYTHING in asked else sorted(asked)


def _channel(event: Print | Quote) -> str:
    return "trades" if isinstance(event, Print) else "quotes"


def _event_message(event: Print | Quote) -> Message:
    body = print_message(event) if isinstance(event, Print) else quote_message(event)
    return Message(_channel(event), event.symbol, body)
