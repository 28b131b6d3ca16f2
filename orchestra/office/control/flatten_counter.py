"""The flatten counter: everything our algorithms hold is sold, once for each time the owner asks for it.

In: FlattenAll. Out: an answer; the sales themselves are the owner's sales. Thread: engine.
The wish to sell and the note that it was taken up are one transaction, so that no crash sells twice or not at all.
"""

from collections.abc import Callable
from dataclasses import replace

from orchestra.execution.books import Books
from orchestra.messages.commands import Answer, FlattenAll
from orchestra.messages.events import AlertRaised
from orchestra.office.control.wish_book import WishBook
from orchestra.office.owner_sales import OwnerSales
from system_databse.snapshot import AlgorithmView

KIND = "risk.flatten"


class FlattenCounter:
    """Sell what every algorithm holds; until its shares are gone it buys nothing."""

    def __init__(self, books: Books, sales: OwnerSales, wishes: WishBook, *, publish: Callable[[object], None]) -> None:
        self._books = books
        self._sales = sales
        self._wishes = wishes
        self._publish = publish

    def flatten(self, command: FlattenAll) -> Answer:
        """Want everything sold and begin with it; asked again under the same id, nothing more happens."""
        if self._wishes.is_taken(command.wish_id):
            return self._told(0)
        views = [view for view in map(self._books.view, self._books.records) if _has_anything(view)]
        self._books.adjust(
            (),
            records=[replace(view.record, is_sell_wanted=True) for view in views],
            also=lambda connection: self._wishes.take(connection, command.wish_id),
        )
        text = f"The owner has everything sold: {len(views)} algorithms hold shares or have orders."
        self._publish(AlertRaised(KIND, text))
        self._sales.run_due()
        return self._told(len(views))

    def _told(self, count: int) -> Answer:
        return Answer({"selling": count, "when": "now" if self._sales.is_open_now() else "next_open"})


def _has_anything(view: AlgorithmView) -> bool:
    return view.position.is_open or bool(view.working)
