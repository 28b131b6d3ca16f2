"""The real API server over a fake house, behind a wire that can be frozen and cut."""

import secrets
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from database.bars import market_schema
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from database.timeframes.chart_bars import ChartBars
from database.timestamps import iso_milliseconds
from orchestra.api.api_parts import ApiLimits, ApiParts, Backtests, ProcessParts
from orchestra.api.auth.peer import Peer
from orchestra.api.auth.pin_keeper import PinKeeper
from orchestra.api.auth.sessions import Sessions
from orchestra.api.stored_halt import halt_keeper, stored_halt
from orchestra.api_server import ApiServer
from orchestra.messages.setup import AccountLook, Keys, ModeWish, Standing
from orchestra.notifications.dispatcher import Dispatcher
from orchestra.notifications.heartbeat import Heartbeat
from orchestra.notifications.notification_desk import NotificationDesk, Sender
from orchestra.notifications.notifier import Notifier
from orchestra.notifications.wishes import FileWishes, WishBook
from orchestra.risk.halt_switch import HaltSwitch
from orchestra.runtime.clock import SystemClock
from system_databse import system_schema
from system_databse.door import session_rows
from system_databse.door.door_store import DoorStore
from system_databse.rows import settings
from tests.browser.cut_line import CutLine
from tests.browser.fake_examiner import FakeExaminer
from tests.browser.fake_house import FakeHouse
from tests.orchestra.notifications.services import Services
from tests.source_tree import ROOT

PIN = "271828"
# What a log must not show.
SECRET = "PKSECRETOFTHEKEYS"
DATABASES = ("system.db", "door.db")


# One window after another asks for its socket here, faster than any person opens them.
PATIENT = ApiLimits(handshake_burst=10_000, requests_a_minute=100_000)


class ShiftedClock(SystemClock):
    """The machine's clock, moved on by the test."""

    def __init__(self) -> None:
        self.shift = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


class FakeLookups:
    """A broker that knows the assets it is given."""

    def __init__(self) -> None:
        self.assets: dict[str, dict[str, Any]] = {}
        self.prices: dict[str, float] = {}

    def asset(self, symbol: str) -> Mapping[str, Any] | None:
        return self.assets.get(symbol)

    def all_assets(self) -> Sequence[Mapping[str, Any]]:
        return [{"symbol": symbol, **asset} for symbol, asset in self.assets.items()]

    def latest_price(self, symbol: str) -> float | None:
        return self.prices.get(symbol)


class FakeSetup:
    """A machine that is set up as the test says; `switched` keeps the wishes in order."""

    def __init__(self) -> None:
        self.stands = Standing("DEMO", key=None, has_paper_keys=False, obstacle="", is_lan=False)
        self.account = AccountLook("PA3XYZ123456", "ACTIVE", Decimal(100000), "USD", "iex", is_feed_allowed=True)
        self.refusal = ""
        self.switched: list[ModeWish] = []
        self.lan: list[bool] = []
        self.restarts = 0

    def standing(self) -> Standing:
        return self.stands

    def look(self, keys: Keys, mode: str) -> AccountLook:
        self._refuse()
        return self.account

    def switch(self, wish: ModeWish) -> None:
        self._refuse()
        self.switched.append(wish)

    def set_lan(self, *, is_on: bool) -> None:
        self.lan.append(is_on)

    def start_anew(self, reason: str) -> None:
        self.restarts += 1

    def _refuse(self) -> None:
        if self.refusal:
            raise ConfigError(self.refusal)


class Site:
    """One address for the browser; the server behind it can go away and come back as another process would.

    folder: a copy of a house that has a PIN and a session, or an empty folder. backtests: None where none are played.
    """

    def __init__(
        self,
        house: FakeHouse,
        folder: Path,
        *,
        frontend: Path = ROOT / "frontend",
        backtests: Backtests | None = None,
    ) -> None:
        self.house = house
        self.frontend = frontend
        self.clock = ShiftedClock()
        self.lookups = FakeLookups()
        self.setup = FakeSetup()
        self.mode = "DEMO"
        self.strategies: list[dict[str, object]] = []
        self.backtests = backtests
        self.examiner = FakeExaminer()
        self.logs = folder / "logs"
        self.system = open_system(folder)
        self.market = open_market(folder)
        self.door = DoorStore.open(folder / "door.db")
        # Whom the owner has told to tell, and what they were told.
        self.services = Services()
        self.told_by_files = FileWishes()
        self.notifier = Notifier(
            Dispatcher(self.services.send, self.clock, sender="AutoTrader", local=lambda moment: moment)
        )
        self.heartbeat = Heartbeat(self.clock, minutes=5, ping=lambda *_: None)
        house.system = self.system
        self._server = self._started()
        self.wire = CutLine(self._server.port)
        self.url = f"http://127.0.0.1:{self.wire.port}"

    def restart(self) -> None:
        self.break_off()
        self.come_back()

    def break_off(self) -> None:
        """End the server; nobody answers any more."""
        self._server.stop()
        self.wire.cut()

    def come_back(self) -> None:
        """Start the server again."""
        self._server = self._started()
        self.wire.target = self._server.port

    def end_sessions(self) -> None:
        """Let every session run out."""
        with self.door.transaction() as connection:
            session_rows.end_all(connection, self.clock.now())

    def pass_hours(self, hours: int) -> None:
        """Let hours pass for the server, which looks at its open sockets in each of them."""
        for _ in range(hours):
            self.clock.shift += timedelta(hours=1)
            self._server._app.sockets.sweep()

    def live_sessions(self) -> int:
        """Return how many screens are unlocked."""
        with self.door.reader() as connection:
            query = "SELECT count(*) FROM sessions WHERE revoked_at IS NULL AND kind != 'device'"
            return int(connection.execute(query).fetchone()[0])

    def close(self) -> None:
        self.wire.close()
        self._server.stop()
        self.notifier.stop()
        self.heartbeat.stop()
        self.system.close()
        self.market.close()
        self.door.close()

    def _started(self) -> ApiServer:
        self.halt = HaltSwitch(halt_keeper(self.door), set_by_disk=stored_halt(self.door))
        sender = Sender("AutoTrader", self.services, 5)
        book = WishBook(self.door, self.told_by_files)
        self.desk = NotificationDesk(book, self.notifier, self.heartbeat, sender=sender)
        parts = ApiParts(
            board=self.house.board,
            commands=self.house.desk,
            halt=self.halt,
            clock=self.clock,
            system=self.system,
            bars=ChartBars(self.market, MarketCalendar()),
            door=self.door,
            lookups=self.lookups,
            strategies=lambda: self.strategies,
            mode=self.mode,
            boot=secrets.token_hex(4),
            backtests=self.backtests,
            notifications=self.desk,
            process=ProcessParts(self.examiner, self.logs, (SECRET,), ROOT / "requirements.txt"),
            setup=self.setup,
        )
        server = ApiServer(parts, self.frontend, port=0, limits=PATIENT)
        server.start()
        return server


def open_system(folder: Path) -> SqliteStore:
    return open_database(
        folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL"
    )


def open_market(folder: Path) -> SqliteStore:
    return open_database(
        folder / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
    )


def claim(folder: Path) -> str:
    """Give a folder databases with a PIN and a session; return the session's token."""
    clock = SystemClock()
    system, door = open_system(folder), DoorStore.open(folder / "door.db")
    digest = PinKeeper(system, door).digest(PIN)
    with system.transaction() as connection:
        settings.put(connection, "pin_hash", digest, at="2026-11-20T15:00:00.000Z")
    token = Sessions(door, clock).open(Peer("127.0.0.1", is_loopback=True, source="loopback"), "the tests")
    system.close()
    door.close()
    return token


def copy_house(claimed: Path, folder: Path) -> Path:
    for name in DATABASES:
        shutil.copy(claimed / name, folder / name)
    # As if it were unlocked just now: what keys and real money ask for is a PIN of the last five minutes.
    now = iso_milliseconds(SystemClock().now())
    with closing(sqlite3.connect(folder / "door.db")) as door, door:
        door.execute("UPDATE sessions SET created_at = ?, last_seen_at = ?", (now, now))
    return folder
