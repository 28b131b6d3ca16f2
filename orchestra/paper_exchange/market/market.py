"""What the exchange asks of a market, and the one way from a bar's price to money and to text."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Protocol

from database.bar import Bar
from orchestra.paper_exchange.market.corporate_action import CorporateAction

SIGNIFICANT_DIGITS = 15
SMALLEST = Decimal("0.000000001")


class MinuteBars(Protocol):
    """What orders meet: the bars of some symbols, each minute's by its start."""

    def bar(self, symbol: str, ts: int) -> Bar | None:
        """Return the bar that starts at ts, or None when nothing traded in that minute."""

    def bars(self, symbol: str, start: int, end: int) -> Sequence[Bar]:
        """Return the bars with start <= ts < end, ascending."""


class Market(MinuteBars, Protocol):
    """Minute bars of some symbols over some sessions.

    A market knows its bars before their time; the caller, not the market, hides what is not over yet.
    """

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return every listed symbol, sorted; a market may know more than it lists."""

    def knows(self, symbol: str) -> bool:
        """Tell whether the symbol exists here."""

    def name_of(self, symbol: str) -> str:
        """Return the company's or fund's name."""

    def is_halted(self, symbol: str, ts: int) -> bool:
        """Tell whether trading in the symbol is halted at the second."""

    def actions(self, symbols: Collection[str], start: date, end: date) -> Sequence[CorporateAction]:
        """Return what changes the symbols' shares with start <= ex_date <= end, by ex date."""

    @property
    def days(self) -> frozenset[date] | None:
        """Return the New York dates of the sessions that can be traded; None for every session there will ever be.

        A market without an end makes its bars when somebody asks: ask only for the symbols that are needed.
        """

    @property
    def fingerprint(self) -> str:
        """Return a text that changes when any bar could be another one."""

    def bars_at(self, ts: int, among: Collection[str] | None = None) -> Sequence[Bar]:
        """Return the bars that start at ts, of these symbols or of all listed ones."""

    def last_bar(self, symbol: str, before: int) -> Bar | None:
        """Return the newest bar whose minute is over at `before`."""


def exact(price: float) -> Decimal:
    """Return the price as money.

    A float keeps every decimal text of up to 15 significant digits, and its shortest text is that text again: 127.43
    in the file is Decimal("127.43") here.
    """
    return Decimal(repr(price))


def decimal_text(value: Decimal) -> str:
    """Return a decimal in plain notation, at most nine decimals, no trailing zeros."""
    rounded = value.quantize(SMALLEST, ROUND_HALF_EVEN) if abs(value) < Decimal(10) ** 15 else value
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def traded(market: Market, minute: int, among: Collection[str] | None = None) -> frozenset[str]:
    """Return the symbols with a bar [minute - 60, minute), of these or of all listed ones."""
    return frozenset(bar.symbol for bar in market.bars_at(minute - 60, among))
