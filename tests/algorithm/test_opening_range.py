"""The opening range breakout: its rules on made days, and the recorded days against a calculation with pandas."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from database.bar import MINUTE
from database.bars.bar_columns import BarColumns
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history_reader import read_history
from orchestra.backtest.played import Played
from orchestra.backtest.request import BacktestRequest
from tests.algorithm.opening_range_oracle import Trade, breakouts
from tests.orchestra.backtest.played_house import HALF_DAY, ROOT, House, asked, calendar, made_history, sessions

DAY = date(2024, 6, 11)
RECORDED = {
    "spy_2011": ("SPY",),
    "us_2013_october": ("BAC", "IBM", "SPY"),
    "aapl_2014_split": ("AAPL",),
    "goog_2015_early_close": ("GOOG",),
    "nwsa_foxa_2013_rename": ("NWSA", "FOXA"),
    "shy_2008_sparse_dst": ("SHY",),
    "spy_2020": ("SPY",),
    "spy_2023": ("SPY",),
}
WHYS = {
    "the close is below the opening range": "stop_loss",
    "the close has reached the target": "target",
    "the session ends soon, and nothing is held overnight": "time",
}


@pytest.mark.requirement("S0-16", "S0-13")
@pytest.mark.parametrize("name", RECORDED)
def test_the_recorded_days_trade_like_the_calculation(name: str, recorded_days: Path) -> None:
    file = recorded_days / "equity_1min" / f"{name}.csv.gz"
    for symbol in RECORDED[name]:
        request = BacktestRequest((asked("opening_range", symbol, "1000000"),), data=(file,))
        history = read_history(request, calendar(), market_db=Path())
        played = Backtester(ROOT / "algorithm", calendar(), limit_seconds=5).play(request, history)
        assert trades_of(played) == breakouts(file, symbol, 1_000_000), symbol


def test_the_recorded_days_hold_every_kind_of_exit(recorded_days: Path) -> None:
    files = [(recorded_days / "equity_1min" / f"{name}.csv.gz", symbols) for name, symbols in RECORDED.items()]
    whys = [trade.why for file, symbols in files for symbol in symbols for trade in breakouts(file, symbol, 1e6)]
    assert set(whys) - {""} == {"stop_loss", "target", "time"}


def trades_of(played: Played) -> list[Trade]:
    """Return the fills as the calculation writes them."""
    whys = [WHYS.get(played.reasons[fill.client_order_id], "") for fill in played.fills]
    return [
        Trade(int(fill.at.timestamp()), str(fill.side), int(fill.qty), float(fill.price), why)
        for fill, why in zip(played.fills, whys, strict=True)
    ]


class MadeDay:
    """A session of calm minutes at 100.00, 100 shares each; some minutes are told otherwise."""

    def __init__(self, day: date = DAY) -> None:
        (self.session,) = sessions(day)
        self.columns = BarColumns("ACME")
        self.told: dict[int, tuple[float, float]] = {}
        self.left_out: set[int] = set()
        self.house = House()

    def tell(self, *minutes: tuple[int, float, float]) -> "MadeDay":
        """Give minutes after the open another close and volume."""
        self.told |= {number: (close, volume) for number, close, volume in minutes}
        return self

    def play(self, **params: object) -> list[tuple[int, str, str]]:
        """Return the fills: minutes after the open, side, why."""
        for number in range(self.session.minutes):
            close, volume = self.told.get(number, (100.0, 100.0))
            high, low = max(close, 100.2 if number < 15 else close), min(close, 99.8 if number < 15 else close)
            if number not in self.left_out:
                self.columns.add(self.session.open + number * MINUTE, (close, high, low, close, volume))
        played = self.house.play(
            made_history(self.columns, days=(self.session.day,)), asked("opening_range", capital="100000", **params)
        )
        self.played = played
        return [(self._number(trade.ts), trade.side, trade.why) for trade in trades_of(played)]

    def saw(self, number: int) -> dict[str, Any]:
        row = self.house.rows.by_minute()[self.session.open + number * MINUTE]
        return {"reason": row.reason, **(json.loads(row.saw) if isinstance(row.saw, str) else row.saw)}

    def _number(self, ts: int) -> int:
        return (ts - self.session.open) // MINUTE


@pytest.mark.requirement("S0-16")
def test_a_breakout_is_bought_once_and_sold_before_the_close() -> None:
    day = MadeDay().tell((30, 100.3, 150), (31, 100.3, 150), (60, 100.3, 500))
    assert day.play() == [(31, "buy", ""), (380, "sell", "time")]
    assert [int(fill.qty) for fill in day.played.fills] == [19, 19]  # 2 % of 100,000 at 100.30
    assert day.saw(100)["reason"] == "holding"
    assert day.saw(385)["reason"] == "too late for an entry"


@pytest.mark.requirement("S0-16")
@pytest.mark.parametrize(
    ("minutes", "fills"),
    [
        ([(30, 100.3, 149)], []),  # no volume
        ([(30, 100.25, 500)], []),  # the high is 100.20, with 0.05 % 100.2501
        ([(30, 100.2502, 500)], [(31, "buy", ""), (380, "sell", "time")]),
        ([(14, 100.19, 500), (15, 100.3, 500)], [(16, "buy", ""), (380, "sell", "time")]),  # the first bar after it
        ([(148, 100.3, 500)], [(149, "buy", ""), (380, "sell", "time")]),
        ([(149, 100.3, 500)], []),  # decided 150 minutes after the open
        ([(30, 100.3, 500), (40, 99.79, 100)], [(31, "buy", ""), (41, "sell", "stop_loss")]),
        ([(30, 100.3, 500), (40, 99.8, 100)], [(31, "buy", ""), (380, "sell", "time")]),
        ([(30, 100.3, 500), (40, 100.8, 100)], [(31, "buy", ""), (41, "sell", "target")]),  # bought at 100.00
        ([(30, 100.3, 500), (40, 100.79, 100)], [(31, "buy", ""), (380, "sell", "time")]),
    ],
)
def test_each_rule_at_its_edge(minutes: list[tuple[int, float, float]], fills: list[tuple[int, str, str]]) -> None:
    assert MadeDay().tell(*minutes).play() == fills


@pytest.mark.requirement("S0-16")
def test_a_half_day_ends_its_entries_an_hour_before_the_close() -> None:
    early, late = MadeDay(HALF_DAY).tell((148, 100.3, 500)), MadeDay(HALF_DAY).tell((149, 100.3, 500))
    assert (early.session.minutes, early.play()) == (210, [(149, "buy", ""), (200, "sell", "time")])
    assert late.play() == []


@pytest.mark.requirement("S0-16")
@pytest.mark.parametrize(("missing", "fills"), [(3, 2), (4, 0)])
def test_a_range_with_fewer_than_twelve_bars_is_not_traded(missing: int, fills: int) -> None:
    day = MadeDay().tell((30, 100.3, 500))
    day.left_out = set(range(2, 2 + missing))
    assert len(day.play()) == fills
    assert day.saw(40)["range_bars"] == 15 - missing


@pytest.mark.requirement("S0-16")
@pytest.mark.parametrize("close", [103.3, 500.0])
def test_a_range_that_is_too_wide_or_too_narrow_is_not_traded(close: float) -> None:
    day = MadeDay().tell((3, close - 0.2, 100), (30, close * 1.001, 500))
    assert day.play() == []
    assert day.saw(31)["reason"] == "the opening range is too narrow or too wide"


@pytest.mark.requirement("S0-16")
def test_a_decision_tells_its_range_its_confidence_and_its_exit() -> None:
    day = MadeDay().tell((30, 100.3, 350), (40, 99.0, 100))
    day.play()
    bought, sold = day.saw(31), day.saw(41)
    assert (bought["high"], bought["low"], bought["volume_ratio"]) == (100.2, 99.8, 3.5)
    assert (sold["exit"], sold["stop"]) == ("stop_loss", 99.8)
    assert sold["target"] == pytest.approx(100.0 + 2 * 0.4)
