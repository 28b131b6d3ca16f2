"""The flatten counter: everything our algorithms hold is sold, once for each time the owner asks for it.

In: FlattenAll. Out: an answer; the sales themselves are the owner's sales. Thread: engine.
The wish to sell and the note that it was taken up are one transaction, so that no crash sells twice or not at all.
"""

import logging
import sqlite3
from collections.abc import Callable

from orchestra.execution.books import Books
from orchestra.messages.commands import Answer, FlattenAll
from orchestra.messages.events import AlertRaised
from orchestra.office.owner_sales import OwnerSales
from system_databse.control import taken_wishes
from system_databse.snapshot import AlgorithmView

log = logging.getLogger(__name__)

KIND = "risk.flatten"


class FlattenCounter:
    """Sell what every algorithm holds; until its shares are gone it buys nothing."""

    def __init__(self, books: Books, sales: OwnerSales, *, publish: Callable[[object], None]) -> None:
        self._books = books
        self._sales = sales
        self._publish = publish

    def flatten(self, command: FlattenAll) -> Answer:
        """Want everything sold and begin with it; asked again under the same id, nothing more happens."""
        if self._books.ask(lambda connection: taken_wishes.answer_to(connection, command.wish_id)) is not None:
            return self._told(0)
        ids = [id_ for id_ in self._books.records if _has_anything(self._books.view(id_))]

        def also(connection: sqlite3.Connection, at: str) -> None:
            taken_wishes.take(connection, command.wish_id, at=at)

        self._books.want_sales(ids, also=also)
        self._publish(AlertRaised(KIND, f"The owner has everything sold: {len(ids)} algorithms hold shares or orders."))
        self._sales.run_due()
        return self._told(len(ids))

    def _told(self, count: int) -> Answer:
        return Answer({"selling": count, "when": "now" if self._sales.is_open_now() else "next_open"})


def _has_anything(view: AlgorithmView) -> bool:
    return view.position.is_open or bool(view.working)
