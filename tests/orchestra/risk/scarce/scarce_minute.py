"""Books and a gate on a file, and a minute in which several algorithms want what there is not enough of."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from database.sqlite_store import SqliteStore
from orchestra.execution.books import Books
from orchestra.risk.limits.risk_limits import RiskLimits
from orchestra.risk.risk_gate import RiskGate
from orchestra.risk.scarce.scarcity import Funds, Scarcity
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.control import limit_rows
from system_databse.control.limit import Limit, LimitName
from system_databse.day_trades.day_trade_terms import DayTradePolicy, DayTradeTerms
from system_databse.decision import Decision
from system_databse.order import OrderStatus, Purpose, Side
from system_databse.trading_signal import Action, Source, TradingSignal
from tests.orchestra.execution.order_path import SteppedClock
from tests.system_databse.made_orders import NOON, decision_at, execution_of, order_in, report_of

CALENDAR = MarketCalendar()
START = int(NOON.timestamp())
PRICES = {"AAA": 100.0, "BBB": 50.0, "CCC": 10.0}
WORDS = {"B": Side.BUY, "S": Side.SELL}


class ScarceMinute:
    """Algorithms by name, each on its symbol. intraday: the names that close on the day they open."""

    def __init__(self, store: SqliteStore, *, policy: str = "enforce") -> None:
        self.store = store
        self.clock = SteppedClock(START)
        self.events: list[object] = []
        self.books = Books(store, CALENDAR, self.clock, mode="PAPER", publish=self._publish)
        self.limits = RiskLimits(store, publish=self.events.append)
        self.ids: dict[str, int] = {}
        self.intraday: set[str] = set()
        self.terms = DayTradeTerms(DayTradePolicy(policy))
        self.money: Funds | None = None
        self._legs = 0
        scarcity = Scarcity(self.books.day_trades, places=lambda: self.limits.most_positions)
        self.scarcity = scarcity
        scarcity.terms = lambda: self.terms
        scarcity.funds = lambda: self.money
        scarcity.is_intraday = lambda id_: any(self.ids[name] == id_ for name in self.intraday)
        self.gate = RiskGate(
            CALENDAR,
            closed_gates=tuple,
            frozen=frozenset,
            missing=lambda _symbol: Decimal(0),
            limits=self.limits,
            scarcity=scarcity,
        )

    def _publish(self, event: object) -> None:
        self.events.append(event)
        self.scarcity.bought.on_event(event)

    @property
    def minute(self) -> int:
        return START + self._legs * MINUTE

    def add(self, name: str, symbol: str, *, is_intraday: bool = False) -> None:
        self.ids[name] = 10 + len(self.ids)
        self.books.add_algorithm(AlgorithmRecord(self.ids[name], name, symbol, Decimal(1_000_000), "toy.py", "0"))
        if is_intraday:
            self.intraday.add(name)

    def limit(self, name: str, value: int) -> None:
        with self.store.transaction() as connection:
            limit_rows.put(connection, Limit(LimitName(name), Decimal(value)))
        self.limits.reload()

    def order(self, name: str, word: str, *, filled: int | None = None, price: int = 100) -> None:
        """Place an order such as B10; filled: how much of it, all by default."""
        self._legs += 1
        id_, qty = self.ids[name], int(word[1:])
        filled = qty if filled is None else filled
        side = WORDS[word[0]]
        order = replace(
            order_in(leg=self._legs, side=side, qty=qty),
            algorithm_id=id_,
            symbol=self.books.records[id_].ticker,
            minute=self.minute - MINUTE,
            client_order_id=f"at-abc123-{id_}-{self._legs}-0",
            purpose=Purpose.ENTRY if side is Side.BUY else Purpose.EXIT,
            created_at=NOON + timedelta(minutes=self._legs),
        )
        decision = replace(decision_at(self.minute, algorithm=id_), client_order_id=order.client_order_id)
        self.books.commit_minute(self.minute, [decision], [order])
        self.clock.seconds = self.minute
        status = (
            OrderStatus.FILLED if filled == qty else OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.ACCEPTED
        )
        report = replace(report_of(status, filled, filled * price, order=order), at=self.clock.now())
        execution = replace(execution_of(f"e{self._legs}", filled, price), at=self.clock.now()) if filled else None
        self.books.apply(report, execution, source="stream")

    def use(self, count: int) -> None:
        """Let somebody complete so many day trades."""
        self.add("somebody", "CCC")
        for _ in range(count):
            self.order("somebody", "B1")
            self.order("somebody", "S1")

    def closed(self, name: str, *, wins: int, losses: int) -> None:
        """Give a strategy a past of closed trades, sessions ago."""
        with self.store.transaction() as connection:
            for number in range(wins + losses):
                connection.execute(
                    "INSERT INTO positions(asset_class, symbol, algo_id, strategy, mode, side, quantity, entry_price,"
                    " realized_pl, status, opened_at, closed_at) VALUES('us_equity', 'AAA', ?, ?, 'PAPER', 'long',"
                    " '0', '1', ?, 'CLOSED', '2026-10-01', '2026-10-02')",
                    (self.ids[name], name, "1" if number < wins else "-1"),
                )

    def judge(self, *wishes: tuple[Any, ...]) -> dict[str, Decision]:
        """Judge (name, action, shares) or (name, action, shares, {more of the signal}) in the next minute, in order."""
        self._legs += 1
        signals = [self._signal(*wish) for wish in wishes]
        decisions = self.gate.judge(signals, self.books.snapshot(PRICES), self.minute)
        assert [decision.signal for decision in decisions] == signals, "one decision for each signal, in order"
        return {wish[0]: decision for wish, decision in zip(wishes, decisions, strict=True)}

    def gates(self, *wishes: tuple[Any, ...]) -> dict[str, str | None]:
        return {name: decision.gate for name, decision in self.judge(*wishes).items()}

    def _signal(self, name: str, action: str, shares: int, more: dict[str, Any] | None = None) -> TradingSignal:
        record = self.books.records[self.ids[name]]
        signal = TradingSignal(
            record.id,
            name,
            record.ticker,
            self.minute,
            Action(action),
            Decimal(shares),
            "because",
            last_bar_ts=self.minute - MINUTE,
        )
        return replace(signal, **(more or {}))


def hope(confidence: float, profit: float) -> dict[str, Any]:
    return {"confidence": confidence, "expected_profit": profit}


OWNERS = {"source": Source.MANUAL}
