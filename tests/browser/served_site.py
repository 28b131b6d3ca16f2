"""The real API server over a fake house, behind a wire that can be frozen and cut."""

import secrets
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from orchestra.api.api_parts import ApiParts
from orchestra.api.auth.peer import Peer
from orchestra.api.auth.pin_keeper import PinKeeper
from orchestra.api.auth.sessions import Sessions
from orchestra.api.stored_halt import halt_keeper, stored_halt
from orchestra.api_server import ApiServer
from orchestra.risk.halt_switch import HaltSwitch
from orchestra.runtime.clock import SystemClock
from system_databse import system_schema
from system_databse.door import session_rows
from system_databse.door.door_store import DoorStore
from system_databse.rows import settings
from tests.browser.cut_line import CutLine
from tests.browser.fake_house import FakeHouse
from tests.source_tree import ROOT

PIN = "271828"
DATABASES = ("system.db", "door.db")


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

    def latest_price(self, symbol: str) -> float | None:
        return self.prices.get(symbol)


class Site:
    """One address for the browser; the server behind it can go away and come back as another process would.

    folder: a copy of a house that has a PIN and a session, or an empty folder.
    """

    def __init__(self, house: FakeHouse, folder: Path, *, frontend: Path = ROOT / "frontend") -> None:
        self.house = house
        self.frontend = frontend
        self.clock = ShiftedClock()
        self.lookups = FakeLookups()
        self.strategies: list[dict[str, object]] = []
        self.system = open_system(folder)
        self.door = DoorStore.open(folder / "door.db")
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

    def live_sessions(self) -> int:
        """Return how many screens are unlocked."""
        with self.door.reader() as connection:
            query = "SELECT count(*) FROM sessions WHERE revoked_at IS NULL AND kind != 'device'"
            return int(connection.execute(query).fetchone()[0])

    def close(self) -> None:
        self.wire.close()
        self._server.stop()
        self.system.close()
        self.door.close()

    def _started(self) -> ApiServer:
        parts = ApiParts(
            board=self.house.board,
            commands=self.house.desk,
            halt=HaltSwitch(halt_keeper(self.door), set_by_disk=stored_halt(self.door)),
            clock=self.clock,
            system=self.system,
            door=self.door,
            lookups=self.lookups,
            strategies=lambda: self.strategies,
            mode="DEMO",
            boot=secrets.token_hex(4),
        )
        server = ApiServer(parts, self.frontend, port=0)
        server.start()
        return server


def open_system(folder: Path) -> SqliteStore:
    return open_database(
        folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL"
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
    return folder
