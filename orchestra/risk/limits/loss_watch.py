"""The loss watch: what was lost since the session's open, and whose buying that has stopped for the rest of it.

In: the snapshot of each minute, the equity log. Out: stops, on disk and told once. Thread: engine.
Lost is equity then minus equity now, so realised and unrealised. Then is the first minute of the session that an
algorithm was worth something at; a share without a price counts what it cost.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from database.calendar_manager import Session
from database.sqlite_store import SqliteStore
from database.timestamps import iso_minute
from orchestra.messages.events import AlertEnded, AlertRaised
from orchestra.risk.limits.limit_set import LimitSet
from orchestra.risk.limits.wording import TOGETHER, count, dollars
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.control import stop_rows
from system_databse.control.limit import LimitName
from system_databse.order import ZERO
from system_databse.performance.card_calculations import exact
from system_databse.rows import equity_snapshots, events
from system_databse.snapshot import AlgorithmView, Snapshot

KIND = "risk.daily_loss"


class LossWatch:
    """Watch losses against their limits. publish: tells an alert, once for each stop."""

    def __init__(self, store: SqliteStore, *, publish: Callable[[object], None]) -> None:
        self._store = store
        self._publish = publish
        self._session_open = 0
        self._stops: dict[int | None, str] = {}
        self._opened: dict[int, Decimal] = {}

    def look(self, limits: LimitSet, snapshot: Snapshot, *, minute: int, session: Session) -> None:
        """Stop whoever has lost more than the limit; a stop stays although the loss is made good."""
        owners = limits.loss_owners
        if not owners:
            return
        self._come_to(session)
        equities = {id_: _equity(view, snapshot.prices) for id_, view in snapshot.algorithms.items()}
        for id_, equity in equities.items():
            if id_ not in self._opened:
                at_open = self._equity_at_open(id_, session)
                self._opened[id_] = equity if at_open is None else at_open
        for owner in owners:
            if owner not in self._stops and (owner is None or owner in equities):
                reason = self._excess(limits, owner, snapshot.algorithms, equities=equities)
                if reason:
                    self._stop(owner, reason, minute=minute, session=session)

    def refusal(self, limits: LimitSet, algorithm_id: int, session: Session) -> str | None:
        """Return why the algorithm may buy nothing more in this session; a limit that was lifted stops nobody."""
        self._come_to(session)
        stopped = (
            self._stops[owner] for owner in limits.loss_owners if owner in self._stops and _is_of(owner, algorithm_id)
        )
        return next(stopped, None)

    def _come_to(self, session: Session) -> None:
        if session.open == self._session_open:
            return
        with self._store.reader() as connection:
            self._stops = stop_rows.load(connection, session.open)
        if not self._stops:
            self._publish(AlertEnded(KIND))
        self._opened, self._session_open = {}, session.open

    def _equity_at_open(self, algorithm_id: int, session: Session) -> Decimal | None:
        scope = equity_snapshots.scope_of(algorithm_id)
        with self._store.reader() as connection:
            return equity_snapshots.oldest(connection, scope, after=session.open, until=session.close)

    def _excess(
        self,
        limits: LimitSet,
        owner: int | None,
        views: Mapping[int, AlgorithmView],
        *,
        equities: Mapping[int, Decimal],
    ) -> str | None:
        """Return in words what was lost beyond the limit."""
        ids = views.keys() if owner is None else [owner]
        lost = sum((self._opened[id_] - equities[id_] for id_ in ids), ZERO)
        base = self._opened_in_all(views) if owner is None else views[owner].record.initial_capital
        most = limits.value(LimitName.DAILY_LOSS, owner)
        percent = limits.value(LimitName.DAILY_LOSS_PERCENT, owner)
        allowed = [
            *([(most, dollars(most))] if most is not None else []),
            *([(base * percent / 100, f"{count(percent)} % of {dollars(base)}")] if percent is not None else []),
        ]
        who = f"{TOGETHER} have" if owner is None else f"algorithm {owner} has"
        reached = (words for limit, words in sorted(allowed) if lost >= limit > 0)
        return next((f"{who} lost {dollars(lost)} since the open, the limit is {words}" for words in reached), None)

    def _opened_in_all(self, views: Mapping[int, AlgorithmView]) -> Decimal:
        return sum((self._opened[id_] for id_, view in views.items() if _is_living(view)), ZERO)

    def _stop(self, owner: int | None, reason: str, *, minute: int, session: Session) -> None:
        at = iso_minute(minute)
        text = f"Nothing is bought any more in this session: {reason}."
        with self._store.transaction() as connection:
            stop_rows.add(connection, session.open, owner, reason=reason, at=at)
            events.insert(connection, KIND, {"text": text, "symbol": ""}, at=at)
        self._stops[owner] = reason
        self._publish(AlertRaised(KIND, text, algorithm_id=owner))


def _equity(view: AlgorithmView, prices: Mapping[str, float]) -> Decimal:
    position = view.position
    if not position.qty:
        return view.cash
    price = prices.get(position.symbol)
    return view.cash + position.qty * (position.entry_price if price is None else exact(price))


def _is_living(view: AlgorithmView) -> bool:
    return view.record.status is not AlgorithmStatus.STOPPED or view.position.is_open


def _is_of(owner: int | None, algorithm_id: int) -> bool:
    return owner is None or owner == algorithm_id
