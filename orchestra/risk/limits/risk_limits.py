"""The risk limits as the gate asks them: after every other rule, of what is bought and of nothing else.

In: a minute, its approved decisions one after the other. Out: the same decisions, or denied ones. Thread: engine.
What a minute has approved counts against what is judged after it in the same minute.
"""

from collections.abc import Callable, Mapping

from database.bar import MINUTE
from database.calendar_manager import Session
from database.sqlite_store import SqliteStore
from orchestra.risk.limits.exposure import Exposure
from orchestra.risk.limits.limit_rules import LIMIT_RULES, Buy, Standing
from orchestra.risk.limits.limit_set import LimitSet
from orchestra.risk.limits.loss_watch import LossWatch
from orchestra.risk.limits.order_tally import OrderTally
from system_databse.control import limit_rows
from system_databse.control.limit import Limit, LimitName
from system_databse.decision import Decision, denied
from system_databse.performance.card_calculations import exact
from system_databse.rows import orders
from system_databse.snapshot import Snapshot
from system_databse.trading_signal import Action


class RiskLimits:
    """Keep what a minute's decisions do to the limits. is_any: whether there is a limit at all, to be asked first."""

    def __init__(self, store: SqliteStore, *, publish: Callable[[object], None]) -> None:
        self._store = store
        self._losses = LossWatch(store, publish=publish)
        self._tally = OrderTally(self._count_orders)
        self._session: Session | None = None
        self._standing: Standing | None = None
        self.reload()

    @property
    def in_force(self) -> list[Limit]:
        """Return every limit, those of all algorithms first."""
        return self._in_force

    @property
    def most_positions(self) -> int | None:
        """Return how many positions may be open at once, None for any number."""
        limit = self._limits.value(LimitName.MAX_OPEN_POSITIONS, None)
        return None if limit is None else int(limit)

    def reload(self) -> None:
        """Take over the limits that are on disk; from the next minute on they are asked."""
        with self._store.reader() as connection:
            self._in_force = limit_rows.load(connection)
        self._limits = LimitSet(self._in_force)
        self._tally.forget()
        self.is_any = bool(self._limits)

    def begin(self, snapshot: Snapshot, minute: int, session: Session | None) -> None:
        """Take the state that the minute's decisions are judged on."""
        self._session = session
        if session is None:
            return
        self._tally.begin(minute, session)
        self._standing = Standing(self._limits, Exposure(snapshot), self._tally)
        # The owner's own orders are judged without prices, and are no minute of their own.
        if snapshot.prices:
            self._losses.look(self._limits, snapshot, minute=minute, session=session)

    def weigh(self, decision: Decision, price: float | None) -> Decision:
        """Return an approved decision, counted, or its denial. A sell always passes."""
        standing, session, signal = self._standing, self._session, decision.signal
        if standing is None or session is None or decision.qty is None:
            return decision
        if signal.action is Action.BUY and price is not None:
            lost = self._losses.refusal(self._limits, signal.algorithm_id, session)
            buy = Buy(signal.algorithm_id, signal.symbol, decision.qty, exact(price), lost)
            for gate, rule in LIMIT_RULES.items():
                refusal = rule(buy, standing)
                if refusal:
                    return denied(signal, gate, refusal)
            standing.exposure.add(signal.algorithm_id, signal.symbol, decision.qty)
        self._tally.add(signal.algorithm_id)
        return decision

    def _count_orders(self, session: Session) -> Mapping[int, int]:
        with self._store.reader() as connection:
            return orders.counts_between(connection, session.open - MINUTE, session.close)
