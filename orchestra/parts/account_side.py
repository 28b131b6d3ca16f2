"""The account's side of an engine: what companies do to shares, day by day, in books, bars and algorithms.

In: Alpaca's announcements and the account. Out: adjustments, bars on the new terms, reasons not to buy. Thread: engine;
on real time the asking and the fetching are done by the fetcher. Looked at before each session, and at a start.
"""

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from database.bars import split_rows
from database.calendar_manager import Session
from database.errors import MarketDataError
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.alpaca_wrapper import AlpacaWrapper
from orchestra.execution.truth.corporate_action import ACTIVITY_KINDS, NameChange, read_actions, read_activities
from orchestra.execution.truth.corporate_desk import CorporateDesk
from orchestra.parts.market_side import MarketSide
from orchestra.parts.order_side import OrderSide
from orchestra.risk.risk_rules import BASELINE, CORPORATE_ACTION
from orchestra.runtime.fetcher import has_come
from orchestra.signals.backfill import Backfill, here_and_now
from orchestra.signals.roster import Roster
from orchestra.worlds import World
from system_databse.errors import BrokerError, BrokerRejected

log = logging.getLogger(__name__)

# A split may be told late, or while this machine was off.
LOOK_BACK = timedelta(days=10)
BEFORE_OPEN_SECONDS = 45 * 60
AGAIN_SECONDS = 60.0
START_SECONDS = 3.0
NOT_KNOWN = "it is not known yet whether a company has split its shares today"
Told = tuple[dict[str, list[Any]], list[dict[str, Any]]]
NEW_TERMS = "its history is being put on the terms of its split"


@dataclass(frozen=True, slots=True)
class Around:
    """What the side acts on. bars, system: the two databases."""

    world: World
    market: MarketSide
    orders: OrderSide
    roster: Roster
    bars: SqliteStore
    system: SqliteStore
    backfill: Backfill


class AccountSide:
    """Follow corporate actions. Call `start` once, `before_minute` before each, `run_due` between minutes."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._clock = around.world.clock
        self._is_simulated = around.world.clock.is_simulated
        reconciler = around.orders.reconciler
        self.desk = CorporateDesk(
            around.orders.books,
            reconciler.truth,
            reconciler.alarms,
            store=around.system,
            clock=around.world.clock,
            calendar=around.world.calendar,
            last_price=self._last_price,
        )
        self._asked: tuple[date, Future[Any]] | None = None
        self._known_for: date | None = None
        self._known_at = 0.0
        self._due_at = 0.0
        self._renewing: dict[str, Future[Any]] = {}
        self._behind: frozenset[str] = frozenset()

    def start(self) -> None:
        """Look at once; on real time wait a moment for the answer."""
        self._look(self._session())
        if self._asked is not None and has_come(self._asked[1], START_SECONDS):
            self._take_answer()
            self._follow()

    def before_minute(self) -> None:
        """Look when a new session has begun, before anything is decided in it; on simulated time nothing else comes."""
        if not self._is_simulated:
            return
        if self._known_for != self._session().day:
            self._around.orders.books.recall_tombstones()
            self._around.orders.recovery.want("session")
            self._look(self._session())
            self._take_answer()
        if self._is_waiting or self._around.orders.reconciler.frozen_symbols:
            self._follow()
            self._compare()

    def run_due(self) -> None:
        """Do what is due while real time waits: ask before each session, follow what is announced."""
        self._around.orders.positions.run_due()
        self._take_answer()
        if self._clock.monotonic() < self._due_at:
            return
        session = self._session()
        morning = session.open - BEFORE_OPEN_SECONDS
        is_old = self._known_for != session.day or self._known_at < morning
        if is_old and self._asked is None and self._clock.now().timestamp() >= morning:
            self._around.orders.books.recall_tombstones()
            self._look(session)
        if self._is_waiting:
            self._follow()
        self._due_at = self._clock.monotonic() + AGAIN_SECONDS

    def prepare(self, _symbol: str) -> None:
        """Get the history of a symbol that has come to be watched, and whether its company splits its shares."""
        self._around.backfill.look()
        if self._known_for is not None and self._asked is None:
            self._look(self._session())
            self._take_answer()

    def holds(self) -> dict[str, dict[str, str]]:
        """Return by gate, in words, the symbols in which nothing is bought until the account is settled."""
        actions = {**self.desk.holds(), **dict.fromkeys(self._behind, NEW_TERMS)}
        return {BASELINE: self._around.orders.reconciler.truth.holds(), CORPORATE_ACTION: actions}

    def closed_gates(self) -> list[str]:
        """Return why nothing may be opened now."""
        session = self._around.world.calendar.session_at(int(self._clock.now().timestamp()))
        return [NOT_KNOWN] if session and self._known_for != session.day else []

    @property
    def _is_waiting(self) -> bool:
        return self.desk.has_pending or bool(self._behind)

    def _session(self) -> Session:
        """Return the session under way, else the next one."""
        now = int(self._clock.now().timestamp())
        calendar = self._around.world.calendar
        session = calendar.session_at(now) or calendar.next_session(now) or calendar.last_session(now)
        if session is None:
            raise MarketDataError("The calendar knows no session.")
        return session

    def _symbols(self) -> list[str]:
        """Return the symbols that are held or watched."""
        books, truth = self._around.orders.books, self._around.orders.reconciler.truth
        held = {position.symbol for position in books.ledger.positions() if position.is_open}
        theirs = {symbol for symbol, qty in truth.not_ours.items() if qty}
        return sorted(held | theirs | {symbol for symbol, _ in self._around.roster.claims()})

    def _look(self, session: Session) -> None:
        ask = partial(_ask, self._around.world.alpaca, self._symbols(), until=session.day)
        self._asked = session.day, self._start("corporate actions", ask)

    def _start(self, name: str, work: Callable[[], Any]) -> "Future[Any]":
        if self._is_simulated:
            return _at_once(work)
        return self._around.market.fetcher.run(name, work)

    def _take_answer(self) -> None:
        if self._asked is None or not self._asked[1].done():
            return
        (day, future), self._asked = self._asked, None
        try:
            actions, activities = future.result()
        except (MarketDataError, BrokerError, CancelledError) as error:
            log.warning("Splits could not be asked for: %s", error)
            return
        splits, changes = read_actions(actions)
        split_rows.note(self._around.bars, [(each.symbol, each.ex_date, each.ratio) for each in splits])
        self.desk.announce(splits, changes, read_activities(activities))
        self._rename_bars(changes)
        self._known_for, self._known_at = day, self._clock.now().timestamp()
        self._behind = frozenset(split_rows.unapplied(self._around.bars, day))

    def _follow(self) -> None:
        """Put bars on the new terms, then shares: a price for parts of shares must be one of today."""
        self._renew_bars()
        if not self.desk.has_pending:
            return
        try:
            account = self._around.orders.broker.positions()
        except BrokerError as error:
            log.warning("The account's positions could not be read: %s", error)
            return
        changed = self.desk.follow(account)
        for symbol in changed:
            self._around.roster.rebuild(symbol)
        if changed:
            self._around.roster.restore_claims()
            self._compare()

    def _renew_bars(self) -> None:
        """Fetch the history of split symbols again, once their ex date is there."""
        session = self._session()
        if self._clock.now().timestamp() < session.open:
            # Until then the history may still be on the old terms.
            return
        pull, market = self._around.market.pull, self._around.market
        for symbol in self._behind:
            future = self._renewing.get(symbol)
            if future is None:
                future = self._start(f"split {symbol}", lambda symbol=symbol: pull.renew(symbol))  # type: ignore[misc]
                self._renewing[symbol] = future
            if not future.done():
                continue
            del self._renewing[symbol]
            try:
                older = future.result()
            except (MarketDataError, CancelledError) as error:
                log.warning("%s", error)
                continue
            split_rows.mark_applied(self._around.bars, symbol, session.day, at=iso_milliseconds(self._clock.now()))
            market.view.forget_prices()
            self._around.roster.rebuild(symbol)
            self._behind -= {symbol}
            if older is not None:
                market.fetcher.submit(pull.pull, symbol, *older)

    def _rename_bars(self, changes: list[NameChange]) -> None:
        """Let bars follow a new symbol; again is no harm, there is nothing left to move then."""
        for change in changes:
            if change.day <= self._session().day:
                self._around.market.data.bar_store.rename(change.old, change.new)
        if changes:
            self._around.market.view.forget_prices()

    def _compare(self) -> None:
        try:
            self._around.orders.reconciler.compare_positions()
        except BrokerError as error:
            log.warning("The account's positions could not be compared with our books: %s", error)

    def _last_price(self, symbol: str) -> float | None:
        bar = self._around.market.last_bar(symbol)
        return bar[1] if bar else None


def _at_once(work: Callable[[], Any]) -> "Future[Any]":
    """Do the work before returning; on simulated time the market stands still meanwhile."""
    try:
        return here_and_now(work)
    except BrokerError as error:
        future: Future[Any] = Future()
        future.set_exception(error)
        return future


def _ask(alpaca: AlpacaWrapper, symbols: list[str], *, until: date) -> Told:
    """Return what companies have announced of late and what the broker has booked of it; raises what may pass."""
    if not symbols:
        return {}, []
    start = until - LOOK_BACK
    try:
        return alpaca.corporate_actions(symbols, start, until), alpaca.activities(ACTIVITY_KINDS, start)
    except (MarketDataError, BrokerRejected) as error:
        if not isinstance(error, BrokerRejected) and not isinstance(error.__cause__, BrokerRejected):
            raise
        # Refused for good, as a plan may be: a split will show as a difference then, which stops the symbol.
        log.warning("The broker does not tell us of splits: %s", error)
        return {}, []
