"""An API that listens, an event log that the test writes, and programs that read its streams."""

import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from orchestra.api.api_parts import ApiLimits
from orchestra.api.auth.peer import Peer
from orchestra.api.auth.readers.reader_wishes import ReaderWishes
from orchestra.api_server import ApiServer
from system_databse.rows import events
from tests.orchestra.api.api_house import ApiHouse

HERE = Peer("127.0.0.1", is_loopback=True, source="loopback")
PATIENCE_SECONDS = 30.0
AT = "2026-11-20T17:00:00.000Z"


class StreamHouse:
    """A house whose API listens on a real port."""

    def __init__(self, folder: Path, limits: ApiLimits | None = None, *, origins: Collection[str] = ()) -> None:
        self.house = ApiHouse(folder, limits=limits)
        parts = replace(self.house.parts, readers=ReaderWishes(origins=frozenset(origins)))
        self.server = ApiServer(parts, self.house.frontend, port=0, limits=self.house.limits)
        self.server.start()
        self.hub = self.server._app.streams
        self.sessions = self.server._app.context.sessions
        self.keys = self.server._app.context.reader_keys
        self.cookie = self.sessions.open(HERE, "browser")

    def close(self) -> None:
        self.server.stop()
        self.house.close()

    def write(self, *kinds: str, data: str = "{}") -> None:
        """Append events of these kinds to the log, as the engine does."""
        with self.house.system.transaction() as connection:
            events.append(connection, [(kind, data, AT) for kind in kinds])

    def newest(self) -> int:
        with self.house.system.reader() as connection:
            return events.newest(connection)

    def reader(self, path: str = "/ws", **options: Any) -> "Reader":
        return Reader(self.server.port, path, **{"cookie": self.cookie, **options})

    def program(self, path: str = "/ws", *, key: str, origin: str | None = None) -> "Reader":
        """Return one that reads with a key, and is no browser."""
        return Reader(self.server.port, path, key=key, origin=origin)


class Reader:
    """A program that reads one stream. The first frame is taken at once, so it hears what comes from then on."""

    def __init__(
        self, port: int, path: str, *, cookie: str | None = None, key: str | None = None, origin: str | None = "own"
    ) -> None:
        headers = {"Cookie": f"autotrader_session={cookie}"} if cookie else {}
        self.socket: ClientConnection = connect(  # type: ignore[assignment]
            f"ws://localhost:{port}{path}",
            origin=f"http://localhost:{port}" if origin == "own" else origin,  # type: ignore[arg-type]
            additional_headers={**headers, **({"x-api-key": key} if key else {})},
            open_timeout=PATIENCE_SECONDS,
            close_timeout=1,
            ping_interval=None,
            proxy=None,
            legacy=True,
        )
        self.first = self.next()

    def next(self, patience_seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.socket.recv(timeout=patience_seconds))
        return told

    def take(self, count: int) -> list[dict[str, Any]]:
        return [self.next() for _ in range(count)]

    def until(self, id_: int) -> list[int]:
        """Return the ids of all events up to that one."""
        ids = []
        while not ids or ids[-1] < id_:
            told = self.next()
            if "id" in told:
                ids.append(told["id"])
        return ids

    def close(self) -> None:
        self.socket.close()

    def goodbye(self) -> tuple[int, str]:
        """Read until the other side closes, and return its code and reason."""
        with suppress(ConnectionClosed):
            while True:
                self.socket.recv(timeout=PATIENCE_SECONDS)
        return self.socket.close_code or 0, self.socket.close_reason or ""
