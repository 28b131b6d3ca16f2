"""Names no argument, and asks for the day in every way there is."""

from database.db_manager import get_data_for_algorithm as data
from database.db_manager import get_latest_price
from system_databse.system_db_manager import get_transactions


class Algorithm:
    def __init__(self, *arguments):
        self.ticker, self.capital = arguments

    def run(self, *arguments):
        now, me = arguments
        bars = data(self.ticker, "last_n_bars", 3, now)
        day = data(self.ticker, "session", now[:10])
        same = data(self.ticker, "since", day[0]["timestamp"]) == data(
            self.ticker, "time_range", now[:10] + "T00:00Z", now
        )
        if not same or day[-1] != bars[-1] or get_latest_price(self.ticker) != bars[-1]["ohlcv"]["c"]:
            raise ValueError("the same bars were told in two ways")
        held = len(get_transactions(me)) % 2
        return {"00": ("hold", "buy"), "30": ("sell", "hold")}.get(now_of(bars), ("hold", "hold"))[not held], 1


def now_of(bars):
    return bars[-1]["timestamp"][14:16]
