"""Mean reversion and trend following calculated with pandas and TA-Lib from recorded minutes; shares no code with them.

A market order decided at T trades at the open of the first minute from T on, in the session, else it is gone; on a
session's last minute nothing is sent, and nothing on minutes that are five minutes old.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import exchange_calendars
import pandas as pd
import talib

CAPITAL = 100_000.0
PRICES = ["open", "high", "low", "close", "volume"]
# A bar may be acted on until five minutes after the next one is missing.
GRACE = pd.Timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Deal:
    """One expected fill, and why it was wanted."""

    time: str
    side: str
    shares: int
    price: float
    why: str


@dataclass(slots=True)
class State:
    """Where the calculation stands."""

    cash: float = CAPITAL
    shares: int = 0
    entry: float = 0.0
    entered: pd.Timestamp | None = None
    left: pd.Timestamp | None = None
    deals: list[Deal] = field(default_factory=list)


# From the bars, the number of those that are over and the state: ("buy" or "sell", shares, why), or None.
Rule = Callable[[pd.DataFrame, int, State], tuple[str, int, str] | None]


def regular_minutes(path: Path, symbol: str) -> pd.DataFrame:
    """Return the minutes of regular sessions, by time, with the close of their session."""
    frame = pd.read_csv(path)
    frame = frame[frame["symbol"] == symbol]
    frame.index = pd.DatetimeIndex(pd.to_datetime(frame["timestamp"], utc=True).array)
    first, last = frame.index[0].date(), frame.index[-1].date()
    schedule = exchange_calendars.get_calendar("XNYS", start="1998-01-02").schedule.loc[str(first) : str(last)]
    parts = []
    for row in schedule.itertuples():
        part = frame[(frame.index >= row.open) & (frame.index < row.close)].copy()
        part["session_open"], part["session_close"] = row.open, row.close
        parts.append(part)
    return pd.concat(parts)


def longer(minutes: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Return bars of so many minutes, by their start, with their end."""
    how: dict[str, Any] = dict(zip(PRICES, ("first", "max", "min", "last", "sum"), strict=True))
    days = [
        part[PRICES].resample(rule, origin=start, closed="left", label="left").agg(how).dropna(subset=["open"])
        for start, part in minutes.groupby("session_open")
    ]
    bars = pd.concat(days)
    bars["end"] = bars.index + pd.Timedelta(rule)
    return bars


def mean_reversion_bars(minutes: pd.DataFrame) -> pd.DataFrame:
    bars = longer(minutes, "5min")
    close = bars["close"]
    bars["z"] = (close - close.rolling(20).mean()) / close.rolling(20).std(ddof=0)
    bars["trend"] = close.rolling(200).mean()
    bars["rsi"] = talib.RSI(close.to_numpy(), 2)
    bars["atr"] = talib.ATR(bars["high"].to_numpy(), bars["low"].to_numpy(), close.to_numpy(), 14)
    return bars


def mean_reversion(bars: pd.DataFrame, over: int, state: State) -> tuple[str, int, str] | None:
    last = bars.iloc[over - 1]
    if over < 200:
        return None
    if state.shares:
        held = int((bars["end"].iloc[:over] > state.entered).sum())
        if not held:
            return None
        if last["close"] < state.entry - 3 * last["atr"]:
            return "sell", state.shares, "stop_loss"
        if last["z"] >= 0:
            return "sell", state.shares, "target"
        return ("sell", state.shares, "time") if held >= 60 else None
    is_wanted = last["z"] <= -2 and last["rsi"] < 10 and last["close"] > last["trend"]
    return ("buy", two_percent(state, last["close"]), "entry") if is_wanted and may_enter(last, state) else None


def trend_following_bars(minutes: pd.DataFrame) -> pd.DataFrame:
    bars = longer(minutes, "15min")
    prices = [bars[name].to_numpy() for name in ("high", "low", "close")]
    bars["upper"] = bars["high"].rolling(20).max().shift(1)
    bars["lower"] = bars["low"].rolling(10).min().shift(1)
    bars["atr"], bars["adx"] = talib.ATR(*prices, 14), talib.ADX(*prices, 14)
    return bars


def trend_following(bars: pd.DataFrame, over: int, state: State) -> tuple[str, int, str] | None:
    last = bars.iloc[over - 1]
    if over < 100:
        return None
    if state.shares:
        held = bars.iloc[:over][bars["end"].iloc[:over] > state.entered]
        if held.empty:
            return None
        if last["close"] < last["lower"]:
            return "sell", state.shares, "channel"
        is_stopped = last["close"] < held["high"].max() - 3 * last["atr"]
        return ("sell", state.shares, "trailing_stop") if is_stopped else None
    if not (last["close"] > last["upper"] and last["adx"] > 25 and may_enter(last, state)):
        return None
    return "buy", min(two_percent(state, last["close"]), math.floor(0.01 * state.cash / (2 * last["atr"]))), "entry"


def two_percent(state: State, price: float) -> int:
    return math.floor(min(0.02 * state.cash, 0.98 * state.cash) / price)


def may_enter(last: pd.Series, state: State) -> bool:
    return state.left is None or last["end"] > state.left


def play(minutes: pd.DataFrame, bars: pd.DataFrame, rule: Rule) -> list[Deal]:
    """Return the fills of one algorithm of CAPITAL dollars."""
    state = State()
    minute, length = pd.Timedelta(minutes=1), bars["end"].iloc[0] - bars.index[0]
    ends = pd.DatetimeIndex(bars["end"].array)
    for start, day in minutes.groupby("session_open"):
        working: tuple[str, int, str] | None = None
        opens = day["open"].to_dict()
        for now in pd.date_range(start + minute, day["session_close"].iloc[0], freq="min"):
            over, seen = ends.searchsorted(now, side="right"), day.index.searchsorted(now)
            is_fresh = over > 0 and now - ends[over - 1] <= length - minute + GRACE
            is_live = seen > 0 and now - (day.index[seen - 1] + minute) < GRACE
            if is_fresh and is_live and working is None and now < day["session_close"].iloc[0]:
                working = rule(bars, over, state)
                working = working if working and working[1] else None
            if working and now in opens:
                trade(state, now, working, float(opens[now]))
                working = None
    return state.deals


def trade(state: State, now: pd.Timestamp, wish: tuple[str, int, str], price: float) -> None:
    side, shares, why = wish
    if side == "buy":
        state.shares, state.entry, state.entered = shares, price, now
        state.cash -= shares * price
    else:
        state.shares, state.left = 0, now
        state.cash += shares * price
    state.deals.append(Deal(now.strftime("%Y-%m-%dT%H:%M:%SZ"), side, shares, price, why))
