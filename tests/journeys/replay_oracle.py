"""The SMA 20/50 crossover calculated with pandas from the recorded bars alone; shares no code with the product.

Rules, in the words of the task: the averages are compared in integers of 1/10000 dollar over 51 bars; buy 100 when the
short one is above now and was not one bar before, and flat; sell when it is below now and was not, and long. A market
order decided at T trades at the open of the first bar of the session from T on, else it expires with the day. A
decision on a session's last bar is skipped, one on data of five minutes and older is denied, and there is one working
order at a time.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import exchange_calendars
import pandas as pd

SHARES = 100
BARS = 51
UNITS_PER_DOLLAR = 10_000
MINUTE = 60
STALE_SECONDS = 300
FIRST_DAY = "1998-01-02"

# Session open, session close, epoch seconds.
Session = tuple[int, int]


@dataclass(frozen=True, slots=True)
class OracleFill:
    """One expected fill. time: ISO, the start of the bar it traded in; units: the price in 1/10000 dollar."""

    time: str
    side: str
    units: int


@dataclass(slots=True)
class Expected:
    """What a run has to end with.

    decisions: minutes by outcome; gates: denied ones by the first rule that refuses; minutes: how many decisions;
    result_units: cash flow and open shares.
    """

    fills: list[OracleFill] = field(default_factory=list)
    decisions: Counter[str] = field(default_factory=Counter)
    gates: Counter[str] = field(default_factory=Counter)
    minutes: int = 0
    result_units: int = 0

    @property
    def result(self) -> float:
        """Return the result in dollars."""
        return self.result_units / UNITS_PER_DOLLAR

    @property
    def open_shares(self) -> int:
        """Return the shares held at the end."""
        return SHARES * sum(1 if fill.side == "buy" else -1 for fill in self.fills)


def read_files(*paths: Path) -> pd.DataFrame:
    """Return the rows of recorded files: symbol, ts (epoch seconds), open and close in 1/10000 dollar."""
    frame = pd.concat([pd.read_csv(path, dtype=str) for path in paths])
    seconds = (pd.to_datetime(frame["timestamp"], utc=True) - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    units = {name: _units(frame[name]) for name in ("open", "close")}
    return pd.DataFrame({"symbol": frame["symbol"], "ts": seconds, **units}).sort_values(["symbol", "ts"])


def sessions_of(frame: pd.DataFrame) -> list[Session]:
    """Return the exchange's sessions for which the rows hold at least one regular bar."""
    first, last = (_new_york_day(int(ts)) for ts in (frame["ts"].min(), frame["ts"].max()))
    schedule = exchange_calendars.get_calendar("XNYS", start=FIRST_DAY).schedule.loc[first:last]
    times = [(int(row.open.timestamp()), int(row.close.timestamp())) for row in schedule.itertuples()]
    return [(start, end) for start, end in times if frame["ts"].between(start, end - 1).any()]


def crossover(frame: pd.DataFrame, symbol: str, capital: int) -> Expected:
    """Return what one algorithm on `symbol` makes of the rows; the sessions are those of all rows."""
    sessions = sessions_of(frame)
    own = frame[frame["symbol"] == symbol]
    is_regular = sum((own["ts"].between(start, end - 1) for start, end in sessions), start=own["ts"] < 0)
    return _Book(own[is_regular > 0], capital).play(sessions)


class _Book:
    """The state of the calculation: bars, position, the one working order."""

    def __init__(self, bars: pd.DataFrame, capital: int) -> None:
        self._opens = dict(zip(bars["ts"].tolist(), bars["open"].tolist(), strict=True))
        self._starts = bars["ts"].tolist()
        self._closes = bars["close"].tolist()
        short, long = bars["close"].rolling(20).sum() * 5, bars["close"].rolling(50).sum() * 2
        self._difference = (short - long).tolist()
        self._cash = capital * UNITS_PER_DOLLAR
        self._capital = self._cash
        self._position = 0
        self._working: str | None = None
        self._expected = Expected()

    def play(self, sessions: list[Session]) -> Expected:
        seen = 0
        for start, end in sessions:
            for minute in range(start + MINUTE, end + MINUTE, MINUTE):
                while seen < len(self._starts) and self._starts[seen] + MINUTE <= minute:
                    seen += 1
                self._decide(minute, seen, is_last=minute == end)
                if minute < end:
                    self._trade(minute)
            self._working = None
        self._expected.minutes = self._expected.decisions.total()
        last_close = self._closes[-1] if self._closes else 0
        self._expected.result_units = self._cash - self._capital + self._position * last_close
        return self._expected

    def _decide(self, minute: int, seen: int, *, is_last: bool) -> None:
        side = self._wish(seen)
        gate = None if side is None else self._gate(side, minute, seen, is_last=is_last)
        outcome = "HELD" if side is None else "DENIED" if gate else "SUBMITTED"
        self._expected.decisions[outcome] += 1
        if gate:
            self._expected.gates[gate] += 1
        elif side:
            self._working = side

    def _wish(self, seen: int) -> str | None:
        if seen < BARS:
            return None
        now, before = self._difference[seen - 1], self._difference[seen - 2]
        if now > 0 and before <= 0 and self._position == 0:
            return "buy"
        if now < 0 and before >= 0 and self._position > 0:
            return "sell"
        return None

    def _gate(self, side: str, minute: int, seen: int, *, is_last: bool) -> str | None:
        if is_last:
            return "SESSION_END"
        if self._working:
            return "WORKING_ORDER"
        if minute - (self._starts[seen - 1] + MINUTE) >= STALE_SECONDS:
            return "STALE_DATA"
        is_too_dear = side == "buy" and SHARES * self._closes[seen - 1] > self._cash
        return "CASH" if is_too_dear else None

    def _trade(self, minute: int) -> None:
        if self._working is None or minute not in self._opens:
            return
        side, price = self._working, self._opens[minute]
        sign = 1 if side == "buy" else -1
        self._working = None
        self._position += sign * SHARES
        self._cash -= sign * SHARES * price
        time = pd.Timestamp(minute, unit="s", tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ")
        self._expected.fills.append(OracleFill(time, side, price))


def _new_york_day(ts: int) -> str:
    return pd.Timestamp(ts, unit="s", tz="America/New_York").date().isoformat()


def _units(prices: pd.Series) -> pd.Series:
    """Return decimal texts as whole units of 1/10000 dollar; nothing may be lost on the way."""
    parts = prices.str.partition(".")
    fraction = parts[2].str.rstrip("0")
    if (fraction.str.len() > 4).any():
        raise ValueError("a recorded price is finer than 1/10000 dollar")
    return parts[0].astype(int) * UNITS_PER_DOLLAR + fraction.str.ljust(4, "0").astype(int)
