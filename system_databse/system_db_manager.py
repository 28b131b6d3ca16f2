"""The part of system.db that others may read: algorithms their own transactions, the API the PIN's digest.

Bound once to the process's world. Imported outside a running process it opens the current data
directory read-only and never creates a database.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from database.bars.current_directory import DEMO_FOLDER
from database.errors import StorageError
from database.shelter import sheltered
from database.sqlite_store import SqliteStore
from system_databse.fill import Fill, whole_shares
from system_databse.rows import fills, settings

Transaction = Mapping[str, Any]

POINTER_FILE = Path(__file__).with_name(".data_dir")
DEFAULT_FILE = Path(__file__).with_name("system.db")

_bound: Callable[[int], list[Transaction]] | None = None


def bind(read_transactions: Callable[[int], list[Transaction]] | None) -> None:
    """Connect `get_transactions` to the running process's books; None disconnects it."""
    global _bound
    _bound = read_transactions


@sheltered
def get_transactions(algo_id: int) -> list[Transaction]:
    """Return the fills of one algorithm, oldest first, as `{'type', 'shares', 'price', 'ticker', ...}`.

    type is 'buy' or 'sell'; whole share counts are int. An algorithm without fills gets [].
    """
    if _bound is not None:
        return _bound(int(algo_id))
    return _read_outside(int(algo_id))


def get_pin(store: SqliteStore) -> str | None:
    """Return the digest of the owner's PIN out of the system database, None before one was created."""
    with store.reader() as connection:
        return settings.get(connection, settings.PIN_HASH)


def verify_pin(store: SqliteStore, pin: str, *, matches: Callable[[str, str], bool]) -> bool:
    """Say whether it is the owner's PIN. matches: compares a PIN with a digest, in constant time."""
    digest = get_pin(store)
    return digest is not None and matches(pin, digest)


def transaction_of(fill: Fill) -> dict[str, Any]:
    """Return a fill in the spelling of the algorithm contract."""
    return {
        "algo_id": fill.algorithm_id,
        "ticker": fill.symbol,
        "type": str(fill.side),
        "shares": whole_shares(fill.qty),
        "price": float(fill.price),
        "fee": float(fill.fee),
        "timestamp": fill.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "order_id": fill.client_order_id,
    }


def _read_outside(algorithm_id: int) -> list[Transaction]:
    path = _current_file()
    if not path.exists():
        return []
    store = SqliteStore(path, synchronous="FULL", is_read_only=True)
    try:
        with store.reader() as connection:
            return [transaction_of(fill) for fill in fills.load(connection) if fill.algorithm_id == algorithm_id]
    except StorageError:
        return []
    finally:
        store.close()


def _current_file() -> Path:
    """Return system.db of the data directory in use, as the pointer file names it."""
    try:
        directory = POINTER_FILE.read_text(encoding="utf-8").strip()
    except OSError:
        return DEFAULT_FILE
    if directory in ("", DEMO_FOLDER):
        return DEFAULT_FILE.parent / directory / DEFAULT_FILE.name
    return Path(directory) / DEFAULT_FILE.name
