"""The day-trade desk: the owner's terms, how the window stands, and the news of an exit beyond the limit.

In: preferences, the account's figures, the books. Out: DayTradeTerms, DayTradeStatus, rows of `pdt_tracking`. Thread:
engine.
"""

import sqlite3
from collections.abc import Callable
from decimal import Decimal

from orchestra.messages.events import AccountReceived, DayTradeLimitExceeded, DecisionMade
from orchestra.messages.live_snapshot import DayTradeStatus
from orchestra.runtime.clock import Clock
from system_databse.control.preferences import Preferences
from system_databse.day_trades.day_trade_book import DayTradeBook
from system_databse.day_trades.day_trade_terms import MOST_DAY_TRADES, DayTradePolicy, DayTradeTerms
from system_databse.decision import EXCEEDED


class DayTradeDesk:
    """Know the terms and the window. account: the newest figures, None before the first; publish: tells the news.

    is_watched: whether an owner looks on; a run without one, as a replay is, advises nobody.
    """

    def __init__(
        self,
        book: DayTradeBook,
        clock: Clock,
        *,
        preferences: Callable[[], Preferences],
        account: Callable[[], AccountReceived | None],
        is_watched: bool,
        publish: Callable[[object], None],
    ) -> None:
        self._book = book
        self._clock = clock
        self._preferences = preferences
        self._account = account
        self._is_watched = is_watched
        self._publish = publish

    def terms(self) -> DayTradeTerms:
        """Return the terms in force."""
        chosen, account = self._preferences(), self._account()
        policy = DayTradePolicy(chosen.day_trade_policy)
        if policy is DayTradePolicy.ADVISORY and not self._is_watched:
            policy = DayTradePolicy.OFF
        return DayTradeTerms(
            policy,
            chosen.day_trade_protective_exits,
            None if account is None else account.last_equity,
            Decimal(chosen.day_trade_equity_threshold),
            dict(enumerate(chosen.day_trade_min_scores, start=1)),
        )

    def status(self) -> DayTradeStatus:
        """Return how the window of five sessions stands."""
        now, terms = self._clock.now(), self.terms()
        return DayTradeStatus(
            trades_used=self._book.used(now),
            trades_remaining=self._book.remaining(now),
            week_start=self._book.window(now)[0],
            limit_applies=terms.limit_applies,
            policy=str(terms.policy),
        )

    def write(self, connection: sqlite3.Connection, minute: int) -> None:
        """Keep the session's row, in a minute's own transaction."""
        self._book.terms = self.terms()
        self._book.track_minute(connection, minute)

    def on_event(self, event: object) -> None:
        """Tell of an exit that was let through although no day trade was left."""
        if not isinstance(event, DecisionMade) or event.decision.verdict is None:
            return
        if event.decision.verdict.outcome == EXCEEDED:
            signal = event.decision.signal
            used = self._book.used(self._clock.now())
            self._publish(DayTradeLimitExceeded(signal.strategy, signal.symbol, max(used, MOST_DAY_TRADES)))
