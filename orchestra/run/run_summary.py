"""The result of a run: what was filled, what it made, how often each outcome came.

In: system.db, last prices. Out: the summary as JSON values and as text. Thread: main.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from database.sqlite_store import SqliteStore
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from system_databse.fill import fill_values, open_position_values
from system_databse.ledger import Ledger
from system_databse.order import ZERO
from system_databse.position import Position
from system_databse.rows import algorithms, decisions, fills

ALWAYS_SHOWN = ("HELD", "SUBMITTED", "DENIED")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The values of `--summary`; numbers are JSON numbers, times ISO-Z."""

    values: dict[str, Any]
    records: list[AlgorithmRecord]
    held: list[Position]

    def as_text(self) -> str:
        """Return the summary for a person."""
        counts = ", ".join(f"{count} {outcome.lower()}" for outcome, count in self.values["decisions"].items())
        lines = [
            f"{self.values['minutes']:,} market minutes; decisions: {counts}.",
            f"{len(self.values['fills'])} fills, result {self.values['result']:+,.2f} dollars.",
        ]
        lines += [self._algorithm_line(record) for record in self.records]
        return "\n".join(lines)

    def _algorithm_line(self, record: AlgorithmRecord) -> str:
        own = [fill for fill in self.values["fills"] if fill["algorithm_id"] == record.id]
        buys = sum(fill["side"] == "buy" for fill in own)
        line = f"Algorithm {record.id} ({record.name} on {record.ticker}): {buys} buys, {len(own) - buys} sells"
        for position in self.held:
            if position.algorithm_id == record.id:
                line += f"; holds {position.qty} {position.symbol} bought at {position.entry_price:.2f}"
        if record.status is AlgorithmStatus.ERROR:
            line += f"; switched off: {record.last_error}"
        return f"{line.rstrip('.')}."


def minutes_until(calendar: MarketCalendar, until: int) -> int:
    """Return how many decision minutes there are up to `until`: one for each minute of each session."""
    sessions = calendar.sessions_between(0, until)
    return sum((min(session.close, until) - session.open) // MINUTE for session in sessions)


def summarise(
    store: SqliteStore, calendar: MarketCalendar, *, mode: str, until: int, prices: Mapping[str, float]
) -> RunSummary:
    """Return the summary of everything in the system database.

    until: last decided minute. result: realised profit plus open positions at their last price.
    """
    with store.reader() as connection:
        records = algorithms.load(connection)
        booked = fills.load(connection)
        outcomes = decisions.count_minutes(connection)
    ledger = Ledger(booked)
    open_positions = [position for position in ledger.positions() if position.is_open]
    values = {
        "mode": mode,
        "minutes": minutes_until(calendar, until),
        "fills": [fill_values(fill) for fill in booked],
        "result": float(_result(ledger, records, held=open_positions, prices=prices)),
        "open_positions": [
            open_position_values(each.symbol, each.qty, entry_price=each.entry_price, last_price=prices[each.symbol])
            for each in open_positions
        ],
        "decisions": {**dict.fromkeys(ALWAYS_SHOWN, 0), **outcomes},
    }
    return RunSummary(values, records, open_positions)


def _result(
    ledger: Ledger, records: list[AlgorithmRecord], *, held: list[Position], prices: Mapping[str, float]
) -> Decimal:
    cash_flow = sum((ledger.cash_flow(record.id) for record in records), ZERO)
    return cash_flow + sum((position.qty * _price(position.symbol, prices) for position in held), ZERO)


def _price(symbol: str, prices: Mapping[str, float]) -> Decimal:
    return Decimal(repr(prices[symbol]))
