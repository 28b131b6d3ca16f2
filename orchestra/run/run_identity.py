"""What a system database remembers of its run, so that it refuses another account, mode or replay.

In: the store, who wants to use it. Out: the install id, or ConfigError. Thread: main, before the engine.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from database.errors import ConfigError
from database.sqlite_store import SqliteStore
from orchestra.messages.commands import StartAlgorithm
from system_databse.rows import settings

INSTALL_LENGTH = 6
FINISHED = "replay_finished"
DEMO_STARTED = "demo_started"


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """Whose database this is. replay: what is replayed, as text; empty for other runs."""

    account_number: str
    mode: str
    replay: str = ""


class Strategy(Protocol):
    """A strategy file, as the loader found it."""

    @property
    def file(self) -> str:
        """Return its name, or its path when it lies elsewhere."""

    @property
    def sha256(self) -> str:
        """Return the digest of its content."""


def replay_text(files: dict[str, str], requests: Sequence[StartAlgorithm], strategies: Sequence[Strategy]) -> str:
    """Return one text that is equal for equal replays: digests of files and algorithms, tickers, amounts."""
    algorithms: list[dict[str, Any]] = [
        {
            "file": strategy.file,
            "sha256": strategy.sha256,
            "ticker": request.ticker,
            "capital": str(request.capital.normalize()),
        }
        for request, strategy in zip(requests, strategies, strict=True)
    ]
    return json.dumps({"files": sorted(files.values()), "algorithms": algorithms}, sort_keys=True)


def is_claimed(store: SqliteStore) -> bool:
    """Say whether the database already belongs to an account."""
    return _known(store)["account_number"] is not None


def mode_of(store: SqliteStore) -> str | None:
    """Return the mode the database belongs to; None when it belongs to nobody yet."""
    return _known(store)["mode"]


def claim(store: SqliteStore, wanted: RunIdentity, at: str) -> str:
    """Make the database this run's, or check that it is; returns the install id.

    Raises ConfigError when it belongs to another account, mode or replay. at: ISO-Z time.
    """
    require(store, wanted)
    with store.transaction() as connection:
        install = settings.get(connection, "install")
        if install is None:
            install = uuid4().hex[:INSTALL_LENGTH]
            for key, value in _values(wanted, install).items():
                settings.put(connection, key, value, at=at)
    return install


def require(store: SqliteStore, wanted: RunIdentity) -> None:
    """Check only; a database that belongs to nobody passes. An empty account number is not compared."""
    known = _known(store)
    if known["account_number"] is None:
        return
    if known["mode"] != wanted.mode:
        raise ConfigError(f"{store.path} belongs to {known['mode']} mode: choose another --data-dir for {wanted.mode}.")
    if wanted.account_number and known["account_number"] != wanted.account_number:
        raise ConfigError(
            f"{store.path} belongs to account {known['account_number']}, not {wanted.account_number}: "
            "use that account's keys, or choose another --data-dir."
        )
    if known["replay"] != wanted.replay and not (known["replay"] and wanted.replay):
        ours = "a replay" if known["replay"] else f"{known['mode']} trading, not to a replay"
        raise ConfigError(f"{store.path} belongs to {ours}: choose another --data-dir.")
    if known["replay"] != wanted.replay:
        raise ConfigError(
            f"{store.path} belongs to a replay of other files, algorithms or amounts: "
            "repeat its command to resume it, or choose another --data-dir."
        )


def has_finished(store: SqliteStore) -> bool:
    """Say whether the replay of this database has reached its end."""
    with store.reader() as connection:
        return settings.get(connection, FINISHED) is not None


def finish(store: SqliteStore, at: str) -> None:
    """Remember that the replay has reached its end."""
    with store.transaction() as connection:
        settings.put(connection, FINISHED, at, at=at)


def has_demo_started(store: SqliteStore) -> bool:
    """Say whether this database's demo has begun: from then on its owner decides which algorithms there are."""
    with store.reader() as connection:
        has_table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'settings'").fetchone()
        return bool(has_table) and settings.get(connection, DEMO_STARTED) is not None


def start_demo(store: SqliteStore, at: str) -> None:
    """Remember that the demo has begun, with its first algorithms in the books; at: ISO-Z time."""
    if not has_demo_started(store):
        with store.transaction() as connection:
            settings.put(connection, DEMO_STARTED, at, at=at)


def _known(store: SqliteStore) -> dict[str, str | None]:
    """Return what the database remembers; one whose first start was cut off remembers nothing."""
    keys = ("account_number", "mode", "replay")
    with store.reader() as connection:
        has_table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'settings'").fetchone()
        return {key: settings.get(connection, key) if has_table else None for key in keys}


def _values(wanted: RunIdentity, install: str) -> dict[str, str]:
    return {
        "install": install,
        "account_number": wanted.account_number,
        "mode": wanted.mode,
        "replay": wanted.replay,
    }
