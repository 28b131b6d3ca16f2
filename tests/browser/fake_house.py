"""A house without an engine: the test writes the live snapshot and says how each command is answered."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from database.sqlite_store import SqliteStore
from orchestra.messages.commands import (
    AcknowledgeAlert,
    Answer,
    CancelOpenOrders,
    ChangePin,
    Command,
    CommandGiven,
    FlattenAll,
    Refusal,
    ResolveAlert,
    SetPin,
    SetPreferences,
    refused,
)
from orchestra.messages.live_snapshot import (
    AccountFigures,
    AlgorithmCard,
    Health,
    LastDecision,
    LiveSnapshot,
    MarketClock,
    MarketPhase,
    StreamHealth,
)
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.owner.command_desk import CommandDesk
from orchestra.runtime.owner.live_board import LiveBoard
from system_databse.alerts.alert import Alert, Priority, Resolver
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from system_databse.control import preference_rows
from system_databse.performance.card_calculations import Card
from system_databse.rows import settings

# A Friday, 10:31 in New York.
NOW = datetime(2026, 11, 20, 15, 31, tzinfo=UTC)
OPEN = MarketClock(
    now=NOW,
    phase=MarketPhase.OPEN,
    closes_at=datetime(2026, 11, 20, 21, tzinfo=UTC),
    next_open=datetime(2026, 11, 23, 14, 30, tzinfo=UTC),
)
CLOSE = datetime(2026, 11, 20, 21, tzinfo=UTC)
CLOSED = replace(
    OPEN, now=datetime(2026, 11, 21, 1, tzinfo=UTC), phase=MarketPhase.CLOSED, closes_at=None, last_close=CLOSE
)
AT_CLOSE = int(CLOSE.timestamp()) - 60  # the bar the close comes from
ACCOUNT = AccountFigures(
    equity=Decimal("101284.50"),
    cash=Decimal("52310.20"),
    buying_power=Decimal("104620.40"),
    last_equity=Decimal(100000),
    allocated=Decimal(30000),
    available=Decimal("20000.00"),
    at=NOW,
)
HEALTHY = Health(lag_s=0.1, streams=StreamHealth(True, True, 1.0))


def made_card(number: int = 1, *, ticker: str = "AAPL", price: float | None = 185.9, **changes: Any) -> AlgorithmCard:
    """Return a card of a running algorithm that holds 100 shares; `changes` replace parts of record, figures, card."""
    record = AlgorithmRecord(number, "sma_crossover", ticker, Decimal(20000), "algorithm/sma_crossover.py", "0" * 64)
    worth = Decimal(str(price)) * 100 if price is not None else None
    figures = Card(
        shares=Decimal(100),
        avg_cost=Decimal("184.68"),
        last_price=price,
        market_value=worth,
        cash=Decimal("1532.00"),
        equity=worth,
        realized_pl=Decimal(0),
        unrealized_pl=Decimal("122.00"),
        total_pl=Decimal("240.00"),
        total_pl_pct=Decimal("0.0120"),
        day_pl=Decimal("-31.50"),
        last_action="buy",
        last_run_at=NOW,
    )
    minute = int(NOW.timestamp())
    reason = "20-bar average 185.62 is still above the 50-bar average 185.01"
    card = AlgorithmCard(
        record=record,
        figures=figures,
        price_at=minute - 60,
        sparkline=tuple(185 + (index * 7 % 11) / 10 for index in range(60)),
        decision=LastDecision(minute, "hold", "0", "HELD", reason),
    )
    for part in ("record", "figures"):
        inner = getattr(card, part)
        mine = {name: value for name, value in changes.items() if hasattr(inner, name)}
        card = replace(card, **{part: replace(inner, **mine)})
    return replace(card, **{name: value for name, value in changes.items() if name in ("note", "decision", "price_at")})


def made_alert(number: int, priority: str = "high", **changes: Any) -> Alert:
    """Return an open alert that was raised `number` minutes ago."""
    at = NOW - timedelta(minutes=number)
    words = f"The broker rejected order {number}: insufficient buying power."
    alert = Alert(number, "order.rejected", Priority(priority), words, "AAPL", None, first_at=at, at=at)
    return replace(alert, **changes)


class FakeHouse:
    """Board, desk and an engine thread that only answers commands; `given` keeps them in order."""

    def __init__(self) -> None:
        self.board = LiveBoard()
        self.inbox = Inbox()
        self.clock = SystemClock()
        self.desk = CommandDesk(self.inbox, self.clock)
        self.given: list[Command] = []
        # Where a new PIN is kept; the site sets it.
        self.system: SqliteStore | None = None
        self.answers: dict[type, Callable[[Any], Answer]] = {
            CancelOpenOrders: lambda _: Answer({"canceled": 2, "still_open": 0}),
            FlattenAll: lambda _: Answer({"selling": 1, "when": "now"}),
            AcknowledgeAlert: lambda command: self._amend(command.alert_id, acknowledged_at=NOW),
            ResolveAlert: lambda command: self._amend(command.alert_id, resolved_at=NOW, resolved_by=Resolver.OWNER),
        }
        # Test and engine change what shows, each from a thread of its own.
        self._changing = threading.RLock()
        self._stop = threading.Event()
        self._engine = threading.Thread(target=self._answer_commands, daemon=True)
        self._engine.start()
        self._snapshot = LiveSnapshot(0, "DEMO", OPEN, ACCOUNT, (), HEALTHY)
        self.show(cards=(made_card(),))

    def show(self, *, cards: tuple[AlgorithmCard, ...] | None = None, **changes: Any) -> None:
        """Put a new snapshot on the board: what is named changes, the rest stays."""
        if cards is not None:
            changes["algorithms"] = cards
        with self._changing:
            account = self._snapshot.account
            if "market" in changes and account is not None:
                # The broker was asked just now, as at any time.
                changes.setdefault("account", replace(account, at=changes["market"].now))
            self._snapshot = replace(self._snapshot, sequence=self._snapshot.sequence + 1, **changes)
            self.board.replace(self._snapshot)

    def stop_algorithm(self, number: int) -> None:
        """Show an algorithm as stopped."""
        with self._changing:
            cards = [
                replace(card, record=replace(card.record, status=AlgorithmStatus.STOPPED))
                if card.record.id == number
                else card
                for card in self._snapshot.algorithms
            ]
            self.show(cards=tuple(cards))

    def _amend(self, alert_id: int, **changes: Any) -> Answer:
        """Do to an alert what the engine's book would."""
        with self._changing:
            kept = [replace(each, **changes) if each.id == alert_id else each for each in self._snapshot.alerts]
            if all(each.id != alert_id for each in kept):
                return refused(Refusal.NOT_FOUND, f"There is no alert {alert_id}.")
            self.show(alerts=tuple(each for each in kept if each.is_open))
        return Answer({"id": alert_id})

    def commands(self, kind: type) -> list[Any]:
        """Return the commands of that kind, oldest first."""
        return [command for command in self.given if isinstance(command, kind)]

    def close(self) -> None:
        """End the engine thread."""
        self._stop.set()
        self._engine.join(5)

    def _answer_commands(self) -> None:
        while not self._stop.is_set():
            message = self.inbox.take(0.05)
            if isinstance(message, CommandGiven) and message.answer.set_running_or_notify_cancel():
                self.given.append(message.command)
                answer = self.answers.get(type(message.command), lambda _: Answer())(message.command)
                # What is refused is not done.
                if answer.refusal is None:
                    self._keep_pin(message.command)
                    self._keep_preferences(message.command)
                message.answer.set_result(answer)

    def _keep_preferences(self, command: Command) -> None:
        if isinstance(command, SetPreferences) and self.system is not None:
            with self.system.transaction() as connection:
                preference_rows.put(connection, command.changes, at="2026-11-20T15:31:00.000Z")
            with self._changing:
                self.show(preferences=self._snapshot.preferences.with_values(command.changes))

    def _keep_pin(self, command: Command) -> None:
        if isinstance(command, SetPin | ChangePin) and self.system is not None:
            with self.system.transaction() as connection:
                settings.put(connection, "pin_hash", command.pin_hash, at="2026-11-20T15:31:00.000Z")
