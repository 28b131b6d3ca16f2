"""A gate with limits on a file, and the algorithms it judges."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from database.calendar_manager import MarketCalendar, Session
from database.sqlite_store import SqliteStore
from orchestra.messages.events import AlertEnded
from orchestra.risk.limits.risk_limits import RiskLimits
from orchestra.risk.risk_gate import RiskGate
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.control import limit_rows
from system_databse.control.limit import Limit, LimitName
from system_databse.decision import Decision
from system_databse.order import Order
from system_databse.position import Position
from system_databse.snapshot import AlgorithmView, Snapshot
from system_databse.trading_signal import Action, TradingSignal

MINUTE = 60
ZERO = Decimal(0)
CALENDAR = MarketCalendar()


def session_on(day: date) -> Session:
    session = CALENDAR.session_on(day)
    assert session is not None
    return session


SESSION, NEXT = session_on(date(2026, 11, 18)), session_on(date(2026, 11, 19))
NOON = SESSION.open + 150 * MINUTE


class LimitedGate:
    """One process's gate; make another one on the same store for the next start."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.told: list[object] = []
        self.ended: list[str] = []
        self.limits = RiskLimits(store, publish=self._hear)
        self.gate = RiskGate(
            CALENDAR,
            closed_gates=tuple,
            frozen=frozenset,
            missing=lambda _symbol: ZERO,
            limits=self.limits,
        )

    def _hear(self, event: object) -> None:
        if isinstance(event, AlertEnded):
            self.ended.append(event.kind)
        else:
            self.told.append(event)

    def limit(self, name: str, value: str | int, algorithm_id: int | None = None) -> None:
        with self.store.transaction() as connection:
            limit_rows.put(connection, Limit(LimitName(name), Decimal(value), algorithm_id))
        self.limits.reload()

    def lift(self, name: str, algorithm_id: int | None = None) -> None:
        with self.store.transaction() as connection:
            limit_rows.remove(connection, LimitName(name), algorithm_id)
        self.limits.reload()

    def judge(
        self,
        *wishes: tuple[int, str, int | Decimal],
        views: Mapping[int, AlgorithmView] | None = None,
        prices: Mapping[str, float] | None = None,
        minute: int = NOON,
    ) -> list[Decision]:
        """Judge (algorithm, action, shares), in order."""
        views = views or {1: view(1), 2: view(2), 3: view(3, symbol="MSFT")}
        prices = {"AAPL": 100.0, "MSFT": 50.0} if prices is None else prices
        signals = [signal(views[id_], action, shares, minute=minute) for id_, action, shares in wishes]
        return self.gate.judge(signals, Snapshot(minute - MINUTE, views, prices), minute)

    def gates(self, *wishes: tuple[int, str, int | Decimal], **around: object) -> list[str | None]:
        return [decision.gate for decision in self.judge(*wishes, **around)]  # type: ignore[arg-type]


def view(
    id_: int,
    *,
    symbol: str = "AAPL",
    held: int | Decimal = 0,
    entry: int = 100,
    cash: int | Decimal = 1_000_000,
    working: tuple[Order, ...] = (),
    capital: int = 1_000_000,
) -> AlgorithmView:
    record = AlgorithmRecord(id_, f"toy{id_}", symbol, Decimal(capital), "toy.py", "0")
    position = Position(id_, symbol, Decimal(held), Decimal(entry if held else 0), ZERO, None)
    return AlgorithmView(record, Decimal(cash), position, working)


def with_cash(seen: AlgorithmView, cash: int) -> AlgorithmView:
    return replace(seen, cash=Decimal(cash))


def signal(seen: AlgorithmView, action: str, shares: int | Decimal, *, minute: int) -> TradingSignal:
    record = seen.record
    return TradingSignal(
        record.id,
        record.name,
        record.ticker,
        minute,
        Action(action),
        Decimal(shares),
        "because",
        last_bar_ts=minute - MINUTE,
    )
