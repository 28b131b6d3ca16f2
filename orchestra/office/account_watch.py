"""The broker's account, asked for off the engine's thread and kept until the next answer.

In: the wish for figures. Out: the newest ones. Thread: engine; the asking runs on the fetcher.
"""

import logging
from collections.abc import Callable
from contextlib import suppress

from orchestra.execution.broker import Account
from orchestra.messages.events import AccountReceived, AccountUnavailable
from orchestra.runtime.clock import Clock
from orchestra.runtime.fetcher import Fetcher
from orchestra.runtime.inbox import Inbox
from system_databse.errors import BrokerError
from system_databse.position_sizing import Portfolio

log = logging.getLogger(__name__)

EVERY_SECONDS = 15.0
LEAST_SECONDS = 1.0


class AccountWatch:
    """Refresh the figures each 15 seconds, and a second after whatever changes them.

    read: asks the broker; called on another thread.
    """

    def __init__(self, read: Callable[[], Account], fetcher: Fetcher, inbox: Inbox, *, clock: Clock) -> None:
        self._read = read
        self._fetcher = fetcher
        self._inbox = inbox
        self._clock = clock
        self._asked_at: float | None = None
        self._is_wanted = False
        self._is_silent = False
        self.latest: AccountReceived | None = None

    def want(self) -> None:
        """Take note that the figures have changed."""
        self._is_wanted = True

    def run_due(self) -> None:
        """Ask when it is time; the answer comes through the inbox."""
        now = self._clock.monotonic()
        pause = LEAST_SECONDS if self._is_wanted else EVERY_SECONDS
        if self._asked_at is not None and now < self._asked_at + pause:
            return
        self._asked_at, self._is_wanted = now, False
        self._fetcher.submit(self._ask, "account")

    def require(self) -> AccountReceived:
        """Return the newest figures, asking now when there are none yet; raises BrokerError without an answer."""
        if self.latest is None:
            self.latest = self._asked()
        return self.latest

    def portfolio(self) -> Portfolio | None:
        """Return what sizes are measured by: as last told, None before the first answer.

        Where an exchange owns the clock the market stands still meanwhile, so it is asked: the same minute has the
        same sizes in every run. Where the figures are kept, the minute's row then says what sizes went by.
        """
        known = self.latest
        if self._clock.is_simulated:
            with suppress(BrokerError):
                known = self._asked()
            self.latest = self.latest and known
        return Portfolio(float(known.equity), float(known.buying_power)) if known else None

    def on_received(self, message: AccountReceived) -> None:
        """Take over an answer."""
        self.latest, self._is_silent = message, False

    def on_unavailable(self, message: AccountUnavailable) -> None:
        """Keep the last figures, whose age shows, and say once that no newer ones come."""
        if not self._is_silent:
            log.warning("The account's figures could not be refreshed: %s", message.reason)
        self._is_silent = True

    def _ask(self, _account: str) -> None:
        try:
            self._inbox.put(self._asked())
        except BrokerError as error:
            self._inbox.put(AccountUnavailable(str(error)))

    def _asked(self) -> AccountReceived:
        at, account = self._clock.now(), self._read()
        return AccountReceived(
            cash=account.cash,
            equity=account.equity,
            buying_power=account.buying_power,
            last_equity=account.last_equity,
            at=at,
        )
