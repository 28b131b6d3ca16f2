"""An API in a folder of its own: a made-up engine that answers at once, a clock that the test moves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from database.bars import market_schema
from database.calendar_manager import MarketCalendar
from database.schema_check import open_database
from database.timeframes.chart_bars import ChartBars
from orchestra.api.api_parts import ApiLimits, ApiParts
from orchestra.api.auth.cookies import SESSION_COOKIE
from orchestra.api.auth.peer import Peer
from orchestra.api.stored_halt import halt_keeper, stored_halt
from orchestra.api_server import ApiApp, build_app
from orchestra.messages.commands import (
    AcknowledgeAlert,
    Answer,
    ApproveSignal,
    CancelOpenOrders,
    CancelOrder,
    ChangePin,
    Command,
    CommandGiven,
    ConfirmBaseline,
    DifferenceChoice,
    FlattenAll,
    PauseAlgorithm,
    Refusal,
    RejectSignal,
    ResolveAlert,
    ResumeAlgorithm,
    SetLimit,
    SetPin,
    SetPreferences,
    SettleDifference,
    StartAlgorithm,
    StopAlgorithm,
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
from orchestra.risk.halt_switch import HaltSwitch
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.owner.command_desk import CommandDesk
from orchestra.runtime.owner.live_board import LiveBoard
from system_databse import system_schema
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from system_databse.door.door_store import DoorStore
from system_databse.errors import BrokerUnavailable
from system_databse.performance.card_calculations import Card
from system_databse.rows import settings

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
MINUTE = int(NOON.timestamp())
PIN = "482915"
WRONG = "739164"
HOST = "localhost:5001"
OWN_PAGE = {"X-AutoTrader": "1", "Origin": f"http://{HOST}"}
LAN = "192.168.1.23"


class MovedClock:
    """The machine's clock, moved by the test."""

    is_simulated = False

    def __init__(self) -> None:
        self._now = NOON
        self._steady = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._steady

    def sleep(self, seconds: float) -> None:
        self.advance(seconds=seconds)

    def advance(self, **span: float) -> None:
        self._now += timedelta(**span)
        self._steady += timedelta(**span).total_seconds()

    def set_back(self, **span: float) -> None:
        self._now -= timedelta(**span)


class MadeUpEngine(Inbox):
    """An inbox whose engine answers before `put` returns, unless it is told to be deaf."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[Command] = []
        self.is_deaf = False
        self.waiting: list[CommandGiven] = []
        self.system: Any = None

    def put(self, message: object) -> None:
        assert isinstance(message, CommandGiven)
        self.given.append(message.command)
        self.waiting.append(message)
        if not self.is_deaf:
            self.answer()

    def answer(self) -> None:
        for given in self.waiting:
            if given.answer.set_running_or_notify_cancel():
                given.answer.set_result(self._answer(given.command))
        self.waiting = []

    def _answer(self, command: Command) -> Answer:
        if isinstance(command, StartAlgorithm):
            if command.capital > 50_000:
                return refused(Refusal.CONFLICT, f"not enough cash: ${command.capital} wanted, $50000 available")
            return Answer({"id": 7})
        if isinstance(command, SetPreferences):
            return Answer({"preferences": dict(command.changes)})
        if isinstance(command, SetPin | ChangePin):
            with self.system.transaction() as connection:
                settings.put(connection, "pin_hash", command.pin_hash, at="2026-11-20T17:00:00.000Z")
            return Answer({})
        if isinstance(command, CancelOpenOrders):
            return Answer({"canceled": 2, "still_open": 1})
        if isinstance(command, CancelOrder):
            return _canceled(command)
        if isinstance(command, ConfirmBaseline | SettleDifference | FlattenAll | SetLimit):
            return _settled(command)
        if isinstance(command, AcknowledgeAlert | ResolveAlert):
            return _dealt_with(command)
        if isinstance(command, ApproveSignal | RejectSignal):
            return _said_of(command)
        return _of_algorithm(command)


def _said_of(command: ApproveSignal | RejectSignal) -> Answer:
    if command.signal_id == 404:
        return refused(Refusal.NOT_FOUND, "There is no proposal 404.")
    is_approved = isinstance(command, ApproveSignal)
    return Answer({"id": command.signal_id, "status": "ORDERED" if is_approved else "REJECTED"})


def _of_algorithm(command: StopAlgorithm | PauseAlgorithm | ResumeAlgorithm) -> Answer:
    if command.algorithm_id != 1:
        return refused(Refusal.NOT_FOUND, "there is no algorithm with this id")
    if isinstance(command, StopAlgorithm):
        return Answer({"id": 1, "shares": Decimal(100), "selling": command.is_selling, "when": None})
    status = {PauseAlgorithm: "PAUSED", ResumeAlgorithm: "RUNNING"}[type(command)]
    return Answer({"id": command.algorithm_id, "status": status})


def _canceled(command: CancelOrder) -> Answer:
    if not command.client_order_id.startswith("at-"):
        return refused(Refusal.NOT_FOUND, "AutoTrader knows no order with this number.")
    known = {"client_order_id": command.client_order_id, "status": "CANCELED", "filled_qty": Decimal(0)}
    return Answer({**known, "average_price": None, "is_sale_withdrawn": False})


def _dealt_with(command: AcknowledgeAlert | ResolveAlert) -> Answer:
    if command.alert_id == 404:
        return refused(Refusal.NOT_FOUND, "There is no alert 404.")
    return Answer({"id": command.alert_id, "acknowledged_at": NOON, "resolved_at": None})


def _settled(command: ConfirmBaseline | SettleDifference | FlattenAll | SetLimit) -> Answer:
    if isinstance(command, ConfirmBaseline):
        return Answer({"confirmed": list(command.symbols), "waiting": []})
    if isinstance(command, FlattenAll):
        return Answer({"selling": 1, "when": "now"})
    if isinstance(command, SetLimit):
        return Answer({"limits": []})
    if command.choice is DifferenceChoice.IGNORE:
        return refused(Refusal.CONFLICT, "There is nothing to settle.")
    return Answer({"symbol": command.symbol, "is_settled": True})


class MadeUpLookups:
    """A broker that knows a few tickers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_silent = False
        self.assets: dict[str, dict[str, Any]] = {
            "AAPL": {"name": "Apple Inc.", "tradable": True, "fractionable": True},
            "OLD": {"name": "Old Corp.", "tradable": False, "status": "inactive"},
            "ZHLT": {"name": "Halted Corp.", "tradable": False},
            "BTCUSD": {"name": "Bitcoin", "tradable": True, "class": "crypto"},
        }

    def asset(self, symbol: str) -> Mapping[str, Any] | None:
        self.asked.append(symbol)
        if self.is_silent:
            raise BrokerUnavailable("no answer")
        found = self.assets.get(symbol)
        return {"class": "us_equity", "status": "active", **found} if found else None

    def all_assets(self) -> Sequence[Mapping[str, Any]]:
        self.asked.append("all")
        if self.is_silent:
            raise BrokerUnavailable("no answer")
        return [{"symbol": symbol, "class": "us_equity", **found} for symbol, found in self.assets.items()]

    def latest_price(self, symbol: str) -> float | None:
        return 123.5 if symbol == "AAPL" else None


class ApiHouse:
    """Everything of one API, and clients for it."""

    def __init__(self, folder: Path, *, limits: ApiLimits | None = None, frontend: Path | None = None) -> None:
        self.folder = folder
        self.clock = MovedClock()
        self.engine = MadeUpEngine()
        self.board = LiveBoard()
        self.lookups = MadeUpLookups()
        self.system = open_database(
            folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
        )
        self.market = open_database(
            folder / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
        )
        self.engine.system = self.system
        self.door = DoorStore.open(folder / "door.db")
        self.desk = CommandDesk(self.engine, self.clock)
        self.halt = HaltSwitch(halt_keeper(self.door), set_by_disk=stored_halt(self.door))
        self.strategies: list[dict[str, object]] = [
            {"name": "sma_crossover", "help": "", "parameters": [], "error": None}
        ]
        self.limits = limits or ApiLimits(requests_a_minute=100_000)
        self.frontend = frontend or made_front_end(folder / "frontend")
        self.parts = ApiParts(
            board=self.board,
            commands=self.desk,
            halt=self.halt,
            clock=self.clock,
            system=self.system,
            bars=ChartBars(self.market, MarketCalendar()),
            door=self.door,
            lookups=self.lookups,
            strategies=lambda: self.strategies,
            mode="DEMO",
            boot="boot-1",
            hostnames=frozenset({"autotrader.local"}),
        )
        self._built: ApiApp | None = None

    @property
    def app(self) -> ApiApp:
        if self._built is None:
            self._built = build_app(self.parts, self.frontend, self.limits)
        return self._built

    def close(self) -> None:
        self.system.close()
        self.market.close()
        self.door.close()

    def visitor(self, address: str = "127.0.0.1") -> "Visitor":
        return Visitor(self.app.flask.test_client(), address)

    def owner(self) -> "Visitor":
        """Return a visitor at this machine who has unlocked the page."""
        owner = self.visitor()
        here = Peer("127.0.0.1", is_loopback=True, source="loopback")
        owner.client.set_cookie(SESSION_COOKIE, self.app.context.sessions.open(here, "browser"))
        return owner

    def make_pin(self, pin: str = PIN) -> None:
        """Store a PIN, as if it had been made earlier."""
        with self.system.transaction() as connection:
            digest = self.app.context.pins.digest(pin)
            settings.put(connection, "pin_hash", digest, at="2026-11-20T17:00:00.000Z")


class Visitor:
    """A browser on our own page, or what an attacker makes of one."""

    def __init__(self, client: FlaskClient, address: str) -> None:
        self.client = client
        self.address = address

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, None, {**headers})

    def post(self, path: str, body: object, **headers: str) -> TestResponse:
        return self.send("POST", path, body, {**OWN_PAGE, **headers})

    def delete(self, path: str) -> TestResponse:
        return self.send("DELETE", path, None, {**OWN_PAGE, "Content-Type": "application/json"})

    def send(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        sent = {"Host": HOST, **({"Content-Type": "application/json"} if data is not None else {}), **headers}
        return self.client.open(
            path, method=method, data=data, headers=sent, environ_base={"REMOTE_ADDR": self.address}
        )


def made_front_end(folder: Path) -> Path:
    """Return a folder with a page of two files."""
    folder.mkdir()
    (folder / "dashboard.html").write_text('<script type="module" src="/frontend/{{version}}/app.js"></script>')
    (folder / "app.js").write_text("export const text = 'a';\n" * 50)
    return folder


def made_snapshot(sequence: int = 1, **changed: Any) -> LiveSnapshot:
    """Return a snapshot at noon of an open session, with one running algorithm."""
    snapshot = LiveSnapshot(
        sequence=sequence,
        mode="DEMO",
        market=MarketClock(
            now=NOON,
            phase=MarketPhase.OPEN,
            closes_at=NOON + timedelta(hours=4),
            next_open=NOON + timedelta(days=3),
            speed=60.0,
        ),
        account=AccountFigures(
            equity=Decimal("101000.25"),
            cash=Decimal(60000),
            buying_power=Decimal(60000),
            last_equity=Decimal(100000),
            allocated=Decimal(30000),
            available=Decimal(50000),
            at=NOON,
        ),
        algorithms=(made_card(),),
        health=Health(lag_s=1.0, streams=StreamHealth(is_data_connected=True, is_orders_connected=True)),
    )
    return replace(snapshot, **changed)


def made_card(
    algorithm_id: int = 1, *, price: float = 101.5, status: AlgorithmStatus = AlgorithmStatus.RUNNING
) -> AlgorithmCard:
    """Return the card of an algorithm that owns 100 shares."""
    return AlgorithmCard(
        record=AlgorithmRecord(
            id=algorithm_id,
            name="sma_crossover",
            ticker="AAPL",
            initial_capital=Decimal(10000),
            file="sma_crossover",
            file_sha256="0" * 64,
            status=status,
        ),
        figures=Card(
            shares=Decimal(100),
            avg_cost=Decimal(10) / Decimal(3),
            last_price=price,
            market_value=Decimal(100) * Decimal(str(price)),
            cash=Decimal("123.45"),
            equity=Decimal("10273.45"),
            realized_pl=Decimal(0),
            unrealized_pl=Decimal("150.00"),
            total_pl=Decimal("273.45"),
            total_pl_pct=Decimal("0.027345"),
            day_pl=None,
            last_action="buy",
            last_run_at=NOON,
        ),
        price_at=MINUTE - 60,
        sparkline=(100.0, float("nan"), price),
        decision=LastDecision(minute=MINUTE, action="hold", shares="0", outcome="HELD", reason="no cross"),
    )
