"""A market that never was: any symbol, any session, from one seed.

In: a seed. Out: bars, halts, splits and dividends. Thread: any.

Each session of each symbol is a pure function of (seed, symbol, session): whoever asks, in whatever order, hears the
same story, and daily bars are the sum of their minutes. Regular sessions only.
"""

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache

from database.bar import MINUTE, Bar
from database.calendar_manager import MarketCalendar, Session
from orchestra.paper_exchange.market.corporate_action import CorporateAction
from orchestra.paper_exchange.market.session_bars import SessionBars
from orchestra.paper_exchange.market.story.company import actions_of
from orchestra.paper_exchange.market.story.listings import Listing, listed_symbols, listing_of
from orchestra.paper_exchange.market.story.minutes import halted_minutes, make_day
from orchestra.paper_exchange.market.story.trading_day import TradingDay

# Another number for another story: books kept for the old one refuse the new one.
VERSION = 1
# About 20 kB a day of one symbol, 400 bytes a daily bar.
DAYS_KEPT = 384
DAILY_BARS_KEPT = 2048
# A symbol that trades at all has done so within this many sessions.
SESSIONS_LOOKED_BACK = 10


class SyntheticMarket:
    """Satisfies Market. The symbols are real tickers; prices are made up.

    calendar: its sessions are the market's, without an end for an ordinary MarketCalendar.
    """

    # Every session can be traded, and bars are made for whom somebody asks.
    days: frozenset[date] | None = None

    def __init__(self, seed: int, calendar: MarketCalendar) -> None:
        self.seed = seed
        self._calendar = calendar
        self._day = lru_cache(maxsize=DAYS_KEPT)(self._make_day)
        self._daily = lru_cache(maxsize=DAILY_BARS_KEPT)(self._make_daily)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return the bundled tickers, sorted; many more are known."""
        return listed_symbols()

    @property
    def fingerprint(self) -> str:
        """Return version and seed."""
        return fingerprint_of(self.seed)

    def knows(self, symbol: str) -> bool:
        """Tell whether the symbol is well-formed and does not begin with ZZ."""
        return listing_of(symbol) is not None

    def name_of(self, symbol: str) -> str:
        """Return the company's or fund's name; the symbol when it is unknown."""
        listing = listing_of(symbol)
        return listing.name if listing else symbol

    def exchange_of(self, symbol: str) -> str:
        """Return where the symbol is listed; empty when it is unknown."""
        listing = listing_of(symbol)
        return listing.exchange if listing else ""

    def is_halted(self, symbol: str, ts: int) -> bool:
        """Tell whether trading in the symbol is halted at the second; symbols that begin with ZH always are."""
        listing, session = listing_of(symbol), self._calendar.session_at(ts)
        if listing is None or session is None:
            return listing is not None and listing.is_always_halted
        return (ts - session.open) // MINUTE in halted_minutes(self.seed, listing, session)

    def actions(self, symbols: Collection[str], start: date, end: date) -> Sequence[CorporateAction]:
        """Return splits and dividends with start <= ex_date <= end, by ex date."""
        listings = [listing for symbol in sorted(set(symbols)) if (listing := listing_of(symbol))]
        found = [action for listing in listings for action in actions_of(listing, self._calendar, start=start, end=end)]
        return sorted(found, key=lambda action: action.ex_date)

    def bar(self, symbol: str, ts: int) -> Bar | None:
        """Return the bar that starts at ts, or None when nothing traded in that minute."""
        session = self._calendar.session_at(ts)
        return self._day(symbol, session).bar(ts) if session and self._trades(symbol) else None

    def bars(self, symbol: str, start: int, end: int) -> SessionBars:
        """Return the bars with start <= ts < end, ascending, made as they are read."""
        sessions = self._calendar.sessions_between(start, end) if start < end and self._trades(symbol) else []
        return SessionBars(lambda session: self._day(symbol, session), sessions, start=start, end=end)

    def bars_at(self, ts: int, among: Collection[str] | None = None) -> Sequence[Bar]:
        """Return the bars that start at ts, of these symbols or of all bundled ones."""
        symbols = self.symbols if among is None else sorted(among)
        return [bar for symbol in symbols if (bar := self.bar(symbol, ts))]

    def last_bar(self, symbol: str, before: int) -> Bar | None:
        """Return the newest bar whose minute is over at `before`."""
        if not self._trades(symbol):
            return None
        session = self._calendar.last_session(before)
        for _ in range(SESSIONS_LOOKED_BACK):
            if session is None:
                return None
            bar = self._day(symbol, session).last_bar(before - MINUTE + 1)
            if bar:
                return bar
            session = self._calendar.last_session(session.open)
        return None

    def daily_bar(self, symbol: str, session: Session) -> Bar | None:
        """Return a whole session as one bar that starts at its open: the sum of its minutes, over or not."""
        return self._daily(symbol, session) if self._trades(symbol) else None

    def _trades(self, symbol: str) -> bool:
        listing = listing_of(symbol)
        return listing is not None and not listing.is_always_halted

    def _make_day(self, symbol: str, session: Session) -> TradingDay:
        return make_day(self.seed, _known(symbol), session)

    def _make_daily(self, symbol: str, session: Session) -> Bar | None:
        # Past the days that are kept: a year of daily bars must not push out the minutes of today.
        return self._make_day(symbol, session).whole()


def fingerprint_of(seed: int) -> str:
    """Return the fingerprint of the synthetic market of that seed."""
    return f"synthetic market {VERSION}, seed {seed}"


def seed_of(fingerprint: str) -> int | None:
    """Return the seed of a synthetic market's fingerprint; None for another market's, or another version's."""
    seed = fingerprint.rpartition(" ")[2]
    return int(seed) if seed.isdigit() and fingerprint == fingerprint_of(int(seed)) else None


def _known(symbol: str) -> Listing:
    listing = listing_of(symbol)
    if listing is None:
        raise KeyError(symbol)
    return listing
