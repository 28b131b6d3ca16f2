"""A selection of what was traded: whose, of which symbol, of which day, and from where on.

In: what somebody wants to see. Out: conditions and arguments for a query that joins `orders o`.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from database.calendar_manager import day_in_new_york
from database.timestamps import iso_milliseconds


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted, newest first. day: of New York; before: only smaller ids; limit: at most that many rows."""

    limit: int
    before: int | None = None
    algorithm_id: int | None = None
    symbol: str | None = None
    day: date | None = None

    def after_row(self, row_id: int) -> "Selection":
        """Return the page that follows the row."""
        return replace(self, before=row_id)

    def span(self) -> tuple[datetime, datetime] | None:
        """Return when the day begins and ends; None without a day."""
        if self.day is None:
            return None
        start, end = day_in_new_york(self.day)
        return datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)

    def conditions(self, *, id_column: str, time_column: str) -> tuple[str, list[object]]:
        """Return " AND ..." for the columns of that query, and its arguments."""
        found: list[tuple[str, object]] = []
        if self.before is not None:
            found.append((f"{id_column} < ?", self.before))
        if self.algorithm_id is not None:
            found.append(("o.algo_id = ?", self.algorithm_id))
        if self.symbol is not None:
            found.append(("o.symbol = ?", self.symbol))
        if span := self.span():
            found += [
                (f"{time_column} >= ?", iso_milliseconds(span[0])),
                (f"{time_column} < ?", iso_milliseconds(span[1])),
            ]
        return "".join(f" AND {condition}" for condition, _ in found), [argument for _, argument in found]
