"""Days that a real engine decided, in lock-step or in real time, and their check afterwards."""

import sqlite3
from datetime import date
from pathlib import Path

from database.bar import MINUTE
from orchestra.backtest.checks.parity.findings import AlgorithmParity, Cause, Parity
from orchestra.verbs.parity import check_databases
from tests.orchestra.owner_house import OPEN, OwnerHouse

DAY = date(2024, 7, 3)

# Buys and sells on what the bars say, so that a day has orders, and tells the bar in its reason.
SWINGS = """
from database.db_manager import get_data_for_algorithm
from system_databse.system_db_manager import get_transactions

class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker
        self.reason = ""

    def run(self, current_time, algo_id):
        bars = get_data_for_algorithm(self.ticker, "last_n_bars", 3, before_timestamp=current_time)
        cents = round(sum(bar["ohlcv"]["c"] for bar in bars) * 100)
        self.reason = f"{len(bars)} bars, {cents} cents"
        held = sum(t["shares"] if t["type"] == "buy" else -t["shares"] for t in get_transactions(algo_id))
        if cents % 2:
            return ("hold", 0)
        return ("sell", held) if held else ("buy", 7)
"""
# Counts its own turns: what it says depends on how long its instance has lived.
COUNTS = """
class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.turns = 0
        self.reason = ""

    def run(self, current_time, algo_id):
        self.turns += 1
        self.reason = f"turn {self.turns}"
        return ("hold", 0)
"""
# Buys and sells two percent of the portfolio at the newest close.
SIZES = """
from database.db_manager import get_latest_price
from system_databse.position_sizing import size_equity
from system_databse.system_db_manager import get_transactions

class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        held = sum(t["shares"] if t["type"] == "buy" else -t["shares"] for t in get_transactions(algo_id))
        if held:
            return ("sell", held)
        return ("buy", size_equity(get_latest_price(self.ticker), cash=1e9, fallback_equity=1e9))
"""
DICE = """
import random

class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.reason = ""

    def run(self, current_time, algo_id):
        self.reason = f"threw {random.random()}"
        return ("hold", 0)
"""
# Looks at a file that is no part of the market.
PEEKS = """
from pathlib import Path

class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.reason = ""

    def run(self, current_time, algo_id):
        self.reason = Path({note!r}).read_text()
        if self.reason == "fail":
            raise ValueError("told to fail")
        return ("hold", 0)
"""


class PastHouse:
    """A house whose days are played, closed, changed by hand and checked."""

    def __init__(self, house: OwnerHouse) -> None:
        self.house = house
        self.folder = house.folder
        self.note = self.folder / "note.txt"
        self.note.write_text("calm", encoding="utf-8")
        peeks = PEEKS.format(note=str(self.note))
        for name, text in {"swings": SWINGS, "counts": COUNTS, "sizes": SIZES, "dice": DICE, "peeks": peeks}.items():
            self.write(name, text)
        self._is_open = True

    def write(self, name: str, text: str) -> None:
        (self.folder / "algorithm" / f"{name}.py").write_text(text, encoding="utf-8")

    def play(self, minutes: int) -> int:
        """Decide so many minutes in lock-step and return the last one; a session's first tick decides none."""
        last = 0
        if not self.house.engine.books.minute:
            self.house.step()
        for _ in range(minutes):
            last = self.house.step()
        return last

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self.house.close()

    def check(self, day: date = DAY) -> Parity:
        self.close()
        return check_databases(
            self.folder / "market.db",
            self.folder / "system.db",
            day,
            limit_seconds=60,
            algorithms=self.folder / "algorithm",
        )

    def change(self, database: str, statement: str, *values: object) -> None:
        """Change a database by hand, as something else than the day itself would."""
        self.close()
        with sqlite3.connect(self.folder / f"{database}.db") as connection:
            assert connection.execute(statement, values).rowcount > 0

    def market_file(self) -> Path:
        return self.folder / "market.db"


def at(minutes: int) -> int:
    """Return the minute so long after the open."""
    return OPEN + minutes * MINUTE


def only(parity: Parity) -> AlgorithmParity:
    """Return the one algorithm of a check."""
    (algorithm,) = parity.algorithms
    return algorithm


def causes(parity: Parity) -> dict[int, Cause]:
    """Return the cause by minute, counted from the open; the first of minutes that differ alike."""
    return {(each.minute - OPEN) // MINUTE: each.cause for each in only(parity).differences}
