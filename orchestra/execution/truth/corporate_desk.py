"""The corporate desk: splits and new symbols, booked once the account shows them.

In: what is announced and what the broker has booked. Out: adjustments in the books, words for what has to wait.
Thread: engine. The account decides: as long as it shows the old number of shares nothing is booked and nothing bought;
numbers that the split does not explain are a difference like any other, and the owner's to settle.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from database.calendar_manager import MarketCalendar
from database.sqlite_store import SqliteStore
from orchestra.execution.books import Books
from orchestra.execution.truth.account_truth import AccountTruth
from orchestra.execution.truth.alarms import Alarms
from orchestra.execution.truth.corporate_action import CASH_IN_LIEU_ACTIVITY, NameChange, ShareActivity, Split
from orchestra.execution.truth.renaming import plan_of
from orchestra.execution.truth.split_plan import NOT_OURS, Holder, SplitPlan
from orchestra.runtime.clock import Clock
from system_databse.order import ZERO
from system_databse.truth import adjustment_rows, baseline_rows

log = logging.getLogger(__name__)

BOOKED = "split.booked"
RENAMED = "symbol.renamed"


class CorporateDesk:
    """Book what companies do to their shares. last_price: dollars a share, on the new terms once bars are."""

    def __init__(
        self,
        books: Books,
        truth: AccountTruth,
        alarms: Alarms,
        *,
        store: SqliteStore,
        clock: Clock,
        calendar: MarketCalendar,
        last_price: Callable[[str], float | None],
    ) -> None:
        self._books = books
        self._truth = truth
        self._alarms = alarms
        self._store = store
        self._clock = clock
        self._calendar = calendar
        self._last_price = last_price
        self._splits: list[Split] = []
        self._changes: list[NameChange] = []
        self._activities: list[ShareActivity] = []

    @property
    def has_pending(self) -> bool:
        """Say whether something is announced that the books have not followed yet."""
        return bool(self._splits or self._changes)

    def holds(self) -> dict[str, str]:
        """Return the symbols that wait for the account to show what was announced, in words."""
        waiting = {split.symbol: f"{split.words} is not in the account yet" for split in self._due_splits()}
        return waiting | {each.old: f"its symbol is {each.new} now" for each in self._due_changes()}

    def announce(
        self, splits: Iterable[Split], changes: Iterable[NameChange], activities: Iterable[ShareActivity]
    ) -> None:
        """Take in what is announced and what the broker has booked; what is in our books already is done."""
        with self._store.reader() as connection:
            self._splits = [each for each in splits if not adjustment_rows.has(connection, each.ref)]
            self._changes = [each for each in changes if not adjustment_rows.has(connection, each.ref)]
        self._activities = list(activities)

    def follow(self, account: Mapping[str, Decimal]) -> list[str]:
        """Book what the account shows; return the symbols whose shares have changed."""
        split = [each.symbol for each in self._due_splits() if self._follow_split(each, account)]
        return split + [each.new for each in self._due_changes() if self._follow_change(each, account)]

    def _due_splits(self) -> list[Split]:
        return [split for split in self._splits if self._open_of(split.ex_date) is not None]

    def _due_changes(self) -> list[NameChange]:
        return [change for change in self._changes if self._open_of(change.day) is not None]

    def _open_of(self, day: date) -> datetime | None:
        """Return the open of the first session from that day on, None when it is still to come."""
        midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        session = self._calendar.next_session(midnight)
        if session is None or session.open > self._clock.now().timestamp():
            return None
        return datetime.fromtimestamp(session.open, UTC)

    def _follow_split(self, split: Split, account: Mapping[str, Decimal]) -> bool:
        opened = self._open_of(split.ex_date)
        held = self._held(split.symbol, opened) if opened else {}
        if opened is None or not held:
            # Whatever is held was bought on the new terms.
            self._splits.remove(split)
            return False
        if any(order.symbol == split.symbol for order in self._books.open_orders()):
            return False
        now_held, shown = sum(held.values(), ZERO), account.get(split.symbol, ZERO)
        if shown == now_held and not self._is_booked_by_broker(split):
            return False
        price, paid = self._price(split.symbol), cash_in_lieu(self._activities, split)
        plan = SplitPlan(split, held, opened, price=price, paid=paid).adjustments(shown)
        if plan is None:
            return False
        self._books.adjust(plan)
        self._splits.remove(split)
        self._truth.refresh()
        self._tell(BOOKED, f"{split.symbol}: {split.words} is booked; {now_held:f} shares are {shown:f} now.", split)
        return True

    def _held(self, symbol: str, opened: datetime) -> dict[Holder, Decimal]:
        """Return who has held the symbol since before the open, and how much."""
        positions = [each for each in self._books.ledger.positions() if each.symbol == symbol and each.is_open]
        not_ours = self._truth.not_ours.get(symbol, ZERO)
        if not not_ours and all(each.opened_at and each.opened_at >= opened for each in positions):
            return {}
        held: dict[Holder, Decimal] = {each.algorithm_id: each.qty for each in positions}
        return {**held, NOT_OURS: not_ours} if not_ours else held

    def _is_booked_by_broker(self, split: Split) -> bool:
        return any(each.symbol == split.symbol and each.day >= split.ex_date for each in self._activities)

    def _price(self, symbol: str) -> Decimal:
        price = self._last_price(symbol)
        return Decimal(repr(price)) if price is not None else ZERO

    def _follow_change(self, change: NameChange, account: Mapping[str, Decimal]) -> bool:
        plan, records = plan_of(change, self._books, self._truth.not_ours.get(change.old, ZERO), at=self._clock.now())
        if not plan and not records:
            self._changes.remove(change)
            return False
        if any(order.symbol == change.old for order in self._books.open_orders()):
            return False
        if plan and (account.get(change.old, ZERO) or not account.get(change.new, ZERO)):
            return False
        self._books.adjust(
            plan,
            records=records,
            also=lambda connection: baseline_rows.rename(connection, change.old, change.new),
        )
        self._changes.remove(change)
        self._truth.refresh()
        self._tell(RENAMED, f"{change.old} is called {change.new} now; its shares, bars and algorithms follow.", change)
        return True

    def _tell(self, kind: str, text: str, action: Split | NameChange) -> None:
        symbol = action.symbol if isinstance(action, Split) else action.new
        self._alarms.tell(kind, text, symbol, severity="info")


def cash_in_lieu(activities: Iterable[ShareActivity], split: Split) -> Decimal:
    """Return the dollars that were paid for parts of shares since the split."""
    paid = [
        each.net_amount
        for each in activities
        if (each.kind, each.symbol) == (CASH_IN_LIEU_ACTIVITY, split.symbol) and each.day >= split.ex_date
    ]
    return sum(paid, ZERO)
