"""The limit counter: the owner sets a limit or lifts it.

In: SetLimit. Out: an answer with every limit in force. Thread: engine, the only writer of trading state.
"""

import logging
import sqlite3
from typing import Protocol

from orchestra.execution.books import Books
from orchestra.messages.commands import Answer, Refusal, SetLimit, refused
from orchestra.office.control.wish_book import WishBook
from system_databse.control import limit_rows
from system_databse.control.limit import TOGETHER_ONLY, Limit, why_not

log = logging.getLogger(__name__)


class Limits(Protocol):
    """The limits as the gate asks them."""

    @property
    def in_force(self) -> list[Limit]:
        """Return every limit."""

    def reload(self) -> None:
        """Take over what is on disk."""


class LimitCounter:
    """Set and lift limits; they hold from the next decision on."""

    def __init__(self, books: Books, limits: Limits, wishes: WishBook) -> None:
        self._books = books
        self._limits = limits
        self._wishes = wishes

    def set(self, command: SetLimit) -> Answer:
        """Store the limit; asked again under the same id, nothing changes."""
        reason = why_not(command.name, command.value) if command.value is not None else None
        if reason:
            return refused(Refusal.INVALID, reason)
        if command.algorithm_id is not None and command.algorithm_id not in self._books.records:
            return refused(Refusal.NOT_FOUND, f"There is no algorithm {command.algorithm_id}.")
        if command.algorithm_id is not None and command.name in TOGETHER_ONLY:
            return refused(Refusal.INVALID, f"{command.name} holds for all algorithms together: name none.")
        if not self._wishes.is_taken(command.wish_id):
            self._store(command)
        return Answer({"limits": [limit.to_values() for limit in self._limits.in_force]})

    def _store(self, command: SetLimit) -> None:
        def write(connection: sqlite3.Connection) -> None:
            if command.value is None:
                limit_rows.remove(connection, command.name, command.algorithm_id)
            else:
                limit_rows.put(connection, Limit(command.name, command.value, command.algorithm_id))

        self._wishes.carry_out(command.wish_id, write)
        self._limits.reload()
        whose = "all algorithms together" if command.algorithm_id is None else f"algorithm {command.algorithm_id}"
        what = "is not limited any more" if command.value is None else f"is limited to {command.value}"
        log.warning("%s of %s %s.", command.name, whose, what)
