"""Open a book, or start one, and refuse a book that was kept under other terms."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from database.errors import ConfigError
from orchestra.paper_exchange.book.account import Account
from orchestra.paper_exchange.book.store import BookStore, StoredBook

ACCOUNT_NUMBER_LENGTH = 9


@dataclass(frozen=True, slots=True)
class BookTerms:
    """What a book is kept for. first_minute: where a new book's clock begins, epoch seconds."""

    market_fingerprint: str
    cash: Decimal
    first_minute: int


def open_book(path: Path, terms: BookTerms, new_id: Callable[[], UUID]) -> tuple[BookStore, StoredBook]:
    """Return the file and what it holds; a new file starts with the terms' cash and a random account number.

    Raises StorageError for a file that cannot be used, ConfigError when the book was kept under other terms.
    """
    store = BookStore.open(path)
    try:
        book = store.load() or _new_book(store, terms, new_id)
        _require_same_terms(path, book.account, terms)
    except BaseException:
        store.close()
        raise
    return store, book


def _new_book(store: BookStore, terms: BookTerms, new_id: Callable[[], UUID]) -> StoredBook:
    account = Account(
        id=str(new_id()),
        account_number="PA" + new_id().hex[:ACCOUNT_NUMBER_LENGTH].upper(),
        created_at=terms.first_minute,
        opening_cash=terms.cash,
        cash=terms.cash,
        last_equity=terms.cash,
        market_fingerprint=terms.market_fingerprint,
    )
    store.create(account, terms.first_minute)
    return StoredBook(account, terms.first_minute, is_settled=False, newest_order_at=0)


def _require_same_terms(path: Path, account: Account, terms: BookTerms) -> None:
    if account.market_fingerprint != terms.market_fingerprint:
        raise ConfigError(f"{path} was kept for other market data: give the same files, or a new data directory.")
    if account.opening_cash != terms.cash:
        raise ConfigError(
            f"{path} was opened with {account.opening_cash} dollars, not {terms.cash}: give the same cash, "
            "or a new data directory."
        )
