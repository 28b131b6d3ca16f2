"""The part of system.db that others may read: algorithms their own transactions, the API the PIN's digest.

Bound once to the process's world. Imported outside a running process it opens the current data
directory read-only and never creates a database.
"""

from collections.abc import Callable
from pathlib import Path

from database.bars.current_directory import HOUSE_FOLDERS
from database.errors import StorageError
from database.shelter import sheltered
from database.sqlite_store import SqliteStore
from system_databse.rows import fills, settings
from system_databse.truth import adjustment_rows
from system_databse.truth.adjustment import in_order
from system_databse.truth.transaction_log import Transaction, TransactionLog

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

    type is 'buy' or 'sell'; whole share counts are int; a split scales what came before it. Without fills: [].
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


def _read_outside(algorithm_id: int) -> list[Transaction]:
    path = _current_file()
    if not path.exists():
        return []
    store = SqliteStore(path, synchronous="FULL", is_read_only=True)
    try:
        with store.reader() as connection:
            history = in_order(fills.load(connection), adjustment_rows.load(connection))
            return TransactionLog(history).of(algorithm_id)
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
    if directory in HOUSE_FOLDERS:
        return DEFAULT_FILE.parent / directory / DEFAULT_FILE.name
    return Path(directory) / DEFAULT_FILE.name
