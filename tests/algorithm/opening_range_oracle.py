"""The opening range breakout calculated with pandas from recorded rows alone; shares no code with the product.

In the words of the rules: the range is the bars of the first 15 minutes, at least 12 of them; bought is once a day, on
a close above its high and 0.05 % that trades 1.5 times the range's average volume, before 150 minutes after the open
(on half days an hour before the close), when the range is 0.1 to 3 % of the price; sold is below its low, at two
heights above the entry, or from ten minutes before the close. An order trades at the next bar's open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import exchange_calendars
import pandas as pd

FIRST_DAY = "1998-01-02"


@dataclass(frozen=True, slots=True)
class Trade:
    """One expected fill; ts: epoch seconds of the bar it traded in, why: how a sell came about."""

    ts: int
    side: str
    shares: int
    price: float
    why: str = ""


def breakouts(file: Path, symbol: str, capital: float) -> list[Trade]:
    """Return what one algorithm makes of a file."""
    bars = pd.read_csv(file)
    bars = bars[bars["symbol"] == symbol]
    bars.index = pd.to_datetime(bars["timestamp"].to_numpy(), utc=True)
    days = exchange_calendars.get_calendar("XNYS", start=FIRST_DAY).schedule
    days = days.loc[bars.index[0].date().isoformat() : bars.index[-1].date().isoformat()]
    cash, trades = capital, list[Trade]()
    for opened, closed in zip(days["open"], days["close"], strict=True):
        day = bars[(bars.index >= opened) & (bars.index < closed)]
        for trade in _of_a_day(day, opened, closed, cash):
            trades.append(trade)
            cash += trade.shares * trade.price * (1 if trade.side == "sell" else -1)
    return trades


def _of_a_day(day: pd.DataFrame, opened: pd.Timestamp, closed: pd.Timestamp, cash: float) -> Iterator[Trade]:
    minute, end = pd.Timedelta(minutes=1), opened + pd.Timedelta(minutes=15)
    first, rest = day[day.index < end], day[day.index >= end]
    high, low = first["high"].max(), first["low"].min()
    height = (high - low) / rest["close"]
    is_wanted = (
        (rest["close"] > round(high * 1.0005, 6))
        & (rest["volume"] >= 1.5 * first["volume"].mean())
        & height.round(9).between(0.001, 0.03)
        & (rest.index + minute < min(opened + pd.Timedelta(minutes=150), closed - pd.Timedelta(minutes=60)))
    )
    if len(first) < 12 or not is_wanted.any():
        return
    wanted = rest[is_wanted].iloc[0]
    entry = day[day.index > wanted.name].iloc[0]
    shares = int(min(0.02 * cash, 0.98 * cash) // wanted["close"])
    yield Trade(int(entry.name.timestamp()), "buy", shares, entry["open"])
    held = day[day.index >= entry.name]
    target = round(entry["open"] + 2 * (high - low), 6)
    exits = {
        "stop_loss": held.index[held["close"] < low].min() + minute,
        "target": held.index[held["close"] >= target].min() + minute,
        "time": _first_fresh_minute(held, closed),
    }
    why = min((kind for kind in exits if pd.notna(exits[kind])), key=lambda kind: exits[kind])
    out = day[day.index >= exits[why]].iloc[0]
    yield Trade(int(out.name.timestamp()), "sell", shares, out["open"], why)


def _first_fresh_minute(held: pd.DataFrame, closed: pd.Timestamp) -> pd.Timestamp:
    """Return the first minute from ten before the close on whose newest bar is at most five minutes old."""
    minutes = pd.date_range(closed - pd.Timedelta(minutes=10), closed - pd.Timedelta(minutes=1), freq="min")
    for each in minutes:
        newest = held.index[held.index < each]
        if len(newest) and each - newest[-1] <= pd.Timedelta(minutes=6):
            return each
    raise AssertionError("the recorded days trade in their last ten minutes")
