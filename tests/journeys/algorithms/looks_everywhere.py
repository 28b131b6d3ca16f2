"""Asks for the future in every way there is and fails when it gets any; keeps what it saw in `saw-<id>.jsonl`."""

import json
import threading
from datetime import date, datetime, timedelta
from pathlib import Path

from database.db_manager import get_closes, get_data_for_algorithm, get_latest_price, insert_minute_data

FAR = "2100-01-01T00:00:00Z"
LONG_AGO = "1990-01-01T00:00:00Z"
MINUTE = timedelta(minutes=1)


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker
        self.known = {}
        self.between = []
        self.now = None
        self.gate = threading.Event()
        threading.Thread(target=self.look_later, daemon=True).start()

    def run(self, current_time, algo_id):
        self.now = datetime.fromisoformat(current_time)
        between, self.between = self.between, []
        seen = [bar for bars in [between, *self.ways()] for bar in bars]
        for bar in seen:
            self.check(bar)
        newest = max(seen, key=lambda bar: bar["timestamp"], default=None)
        if newest and get_latest_price(self.ticker) != newest["ohlcv"]["c"]:
            raise AssertionError(f"the latest price at {current_time} is not that of {newest}")
        if self.now.minute % 10 == 1:
            self.look_far()
            self.plant()
        self.write(current_time, algo_id, newest)
        self.gate.set()
        return "hold", 0

    def ways(self):
        """Return what each way of asking brings."""
        day = self.now.date()
        return [
            get_data_for_algorithm(self.ticker, "last_n_bars", n=60),
            get_data_for_algorithm(self.ticker, "last_n_bars", n=60, before_timestamp=FAR),
            get_data_for_algorithm(self.ticker, "last_n_bars", n=60, before_timestamp=self.now + 10 * MINUTE),
            get_data_for_algorithm(self.ticker, "time_range", start=self.now - 30 * MINUTE, end=FAR),
            get_data_for_algorithm(self.ticker, "time_range", start=self.now, end=self.now + 10 * MINUTE),
            get_data_for_algorithm(self.ticker, "since", start=self.now - 30 * MINUTE),
            get_data_for_algorithm(self.ticker, "since", start=self.now),
            get_data_for_algorithm(self.ticker, "session", date=date(day.year, day.month, day.day) + timedelta(days=1)),
            get_data_for_algorithm(self.ticker, "session", date=(day + timedelta(days=3)).isoformat()),
        ]

    def look_far(self):
        """Ask for everything there is."""
        for bar in get_data_for_algorithm(self.ticker, "session", date=self.now.date()):
            self.check(bar)
        for bar in get_data_for_algorithm(self.ticker, "time_range", start=LONG_AGO, end=FAR):
            self.check(bar)

    def plant(self):
        """Put bars into the table that nobody may see yet, and one that has no place there."""
        price = {"o": 5.0, "h": 5.0, "l": 5.0, "c": 5.0, "v": 1.0}
        for later in range(3):
            insert_minute_data("PLANT", self.now + later * MINUTE, price)
        if insert_minute_data("PLANT", self.now.replace(hour=3), price):
            raise AssertionError("a minute of the night was stored")
        for bar in get_data_for_algorithm("PLANT", "since", start=LONG_AGO):
            if datetime.fromisoformat(bar["timestamp"]) + MINUTE > self.now:
                raise AssertionError(f"at {self.now} it saw {bar}")
        newest = get_data_for_algorithm("PLANT", "last_n_bars", n=1, before_timestamp=FAR)
        if newest and datetime.fromisoformat(newest[0]["timestamp"]) + MINUTE > self.now:
            raise AssertionError(f"at {self.now} it saw {newest}")

    def check(self, bar):
        """Fail for a bar that is not over yet, or that was told differently before."""
        if datetime.fromisoformat(bar["timestamp"]) + MINUTE > self.now:
            raise AssertionError(f"at {self.now} it saw {bar}")
        if self.known.setdefault(bar["timestamp"], bar["ohlcv"].copy()) != bar["ohlcv"]:
            raise AssertionError(f"{bar} was {self.known[bar['timestamp']]} before")

    def look_later(self):
        """Ask between the turns as well; what comes has to be over by the next turn."""
        while self.gate.wait():
            self.gate.clear()
            self.between += get_data_for_algorithm(self.ticker, "last_n_bars", n=1, before_timestamp=FAR)

    def write(self, current_time, algo_id, newest):
        closes = get_closes(self.ticker, 5)
        line = {"at": current_time, "newest": newest, "bars": len(self.known), "closes": closes}
        with Path(f"saw-{algo_id}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
