"""The solar flare: storm, momentum and volume to buy, five reasons to sell; the storm as the data functions tell it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from database import db_manager
from database.bar import MINUTE
from database.bar_store import BarStore
from database.bars.bar_columns import BarColumns
from database.bars.market_schema import APPLICATION_ID, migrations
from database.schema_check import open_database
from database.weather import sample_rows
from database.weather.k_index import Sample, Source
from database.weather.noaa_answer import read_answer
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history_reader import read_history
from orchestra.backtest.request import BacktestRequest
from tests.database.market import bar_at
from tests.database.weather.weather_samples import as_objects, recorded_kp
from tests.orchestra.backtest.played_house import ROOT, House, asked, calendar, made_history, sessions

DAY = date(2024, 6, 11)
STORM = 7.0


class MadeDay:
    """A session at 100.00 with 100 shares a minute that jumps once: 0.5 % up, with volume, at minute 30 after the open.

    closes: other closes by minute, which stay until the next; jump: another minute for it.
    """

    def __init__(self, closes: dict[int, float] | None = None, *, jump: int = 30, volume: float = 130.0) -> None:
        (self.session,) = sessions(DAY)
        self.house = House()
        self.columns = BarColumns("ACME")
        self.weather: list[Sample] = []
        close = 100.0
        for number in range(self.session.minutes):
            close = 100.5 if number == jump else close
            close = (closes or {}).get(number, close)
            volume_now = volume if number == jump else 100.0
            self.columns.add(self.session.open + number * MINUTE, (close, close, close, close, volume_now))

    def storm(self, k_index: float, start: int = -200, end: int = 391) -> "MadeDay":
        """Let it be measured each five minutes of [start, end) after the open, known a minute later."""
        self.weather += [
            Sample(self.session.open + number * MINUTE, Source.ONE_MINUTE, k_index, k_index)
            for number in range(start, end, 5)
        ]
        return self

    def play(self, **params: object) -> list[tuple[int, str, str]]:
        """Return the fills: minutes after the open, side, exit."""
        history = replace(made_history(self.columns, days=(DAY,)), weather=self.weather)
        self.played = self.house.play(history, asked("solar_flare", capital="100000", **params))
        numbers = [(int(fill.at.timestamp()) - self.session.open) // MINUTE for fill in self.played.fills]
        return [
            (number, str(fill.side), self.saw(number).get("exit", ""))
            for number, fill in zip(numbers, self.played.fills, strict=True)
        ]

    def saw(self, number: int) -> dict[str, Any]:
        row = self.house.rows.by_minute()[self.session.open + number * MINUTE]
        return {"reason": row.reason, **(json.loads(row.saw) if isinstance(row.saw, str) else row.saw)}


@pytest.fixture
def storm_of_the_test_mode() -> Iterator[None]:
    db_manager.force_k_index(7.0)
    yield
    db_manager.force_k_index(None)


@pytest.mark.requirement("S0-03", "S0-28", "S0-13")
def test_momentum_with_volume_in_a_storm_is_bought_and_held_for_an_hour() -> None:
    day = MadeDay().storm(STORM)
    assert day.play() == [(31, "buy", ""), (91, "sell", "time")]
    assert [int(fill.qty) for fill in day.played.fills] == [19, 19]  # 2 % of 100,000 at 100.50
    bought = day.saw(31)
    assert (bought["k_index"], bought["rise"]) == (7.0, pytest.approx(0.005))
    assert bought["reason"] == "momentum during a geomagnetic storm"
    assert "forced" not in bought
    assert day.saw(60)["reason"] == "holding"


@pytest.mark.requirement("S0-03", "S0-28")
@pytest.mark.parametrize(
    ("k_index", "why"), [(6.99, "there is no storm"), (None, "the K-index is not known: nothing was measured of late")]
)
def test_without_a_storm_or_word_of_one_nothing_is_bought(k_index: float | None, why: str) -> None:
    day = MadeDay() if k_index is None else MadeDay().storm(k_index)
    assert day.play() == []
    assert day.saw(31)["reason"] == why


@pytest.mark.requirement("S0-03")
@pytest.mark.parametrize(
    ("day", "why"),
    [
        (MadeDay(volume=119.0), "a storm without volume"),
        (MadeDay({30: 100.29, 31: 100.29}), "a storm without momentum"),
        (MadeDay(jump=380), "too late for an entry"),
        (MadeDay(jump=18), "warming up 19/21"),
    ],
)
def test_each_condition_has_to_hold(day: MadeDay, why: str) -> None:
    assert [side for _, side, _ in day.storm(STORM).play()] == []
    jump = next(number for number, volume in enumerate(day.columns.volumes) if volume != 100.0)
    assert day.saw(jump + 1)["reason"] == why


@pytest.mark.requirement("S0-03", "S0-28")
@pytest.mark.parametrize(("calm", "exit_"), [(5.0, (301, "time")), (4.99, (270, "k_index"))])
def test_a_storm_that_began_at_seven_is_over_below_five(calm: float, exit_: tuple[int, str]) -> None:
    """It is stormy until 15:00 UTC, 90 minutes after the open, which counts until 18:00."""
    day = MadeDay(jump=240).storm(STORM, end=90).storm(calm, start=90)
    number, why = exit_
    assert day.play() == [(241, "buy", ""), (number, "sell", why)]


@pytest.mark.requirement("S0-03")
def test_a_k_index_that_is_lost_sells_nothing_and_stops_no_other_exit() -> None:
    lost = MadeDay().storm(STORM, end=31)
    assert lost.play() == [(31, "buy", ""), (91, "sell", "time")]
    assert lost.saw(89)["k_index"] is None


@pytest.mark.requirement("S0-03")
@pytest.mark.parametrize(
    ("closes", "params", "exit_"),
    [
        ({40: 99.99, 41: 100.6}, {}, (41, "momentum")),  # below the close of 15 bars before
        ({35: 102.0, 36: 100.98, 37: 102.0}, {}, (37, "trailing_stop")),  # exactly 1 % below the peak
        ({35: 102.0, 36: 100.99}, {"hold_minutes": 7}, (38, "time")),
        ({}, {"hold_minutes": 390}, (380, "session_end")),
    ],
)
def test_each_exit_has_its_reason(closes: dict[int, float], params: dict[str, int], exit_: tuple[int, str]) -> None:
    number, why = exit_
    assert MadeDay(closes).storm(STORM).play(**params)[:2] == [(31, "buy", ""), (number, "sell", why)]


@pytest.mark.requirement("S0-29", "S0-27")
def test_the_test_mode_trades_without_any_reading(storm_of_the_test_mode: None) -> None:
    day = MadeDay()
    assert day.play() == [(31, "buy", ""), (91, "sell", "time")]
    assert (day.saw(31)["forced"], day.saw(91)["forced"]) == (True, True), "nobody takes it for a reading"


@pytest.mark.requirement("S0-03", "S0-28")
def test_the_recorded_storm_switches_it_on_at_its_three_hours(recorded_days: Path, tmp_path: Path) -> None:
    """Prices that ask to be bought all day long, in the days of the storm: what is bought tells when it was on."""
    path, days = tmp_path / "market.db", (date(2017, 9, 7), date(2017, 9, 8), date(2017, 9, 11))
    store = open_database(path, migrations, APPLICATION_ID, synchronous="NORMAL")
    told = recorded_kp(recorded_days, "2017-09-01", "2017-09-15")
    with store.transaction() as connection:
        sample_rows.add(connection, read_answer(as_objects(told)))
    BarStore(store, calendar()).insert(
        bar_at(session.open + number * MINUTE, 100 * 1.0003**number, symbol="ACME")
        for session in sessions(*days)
        for number in range(session.minutes)
    )
    store.close()
    request = BacktestRequest((asked("solar_flare", "ACME", "100000", volume_ratio=1.0),), market_db=path)
    history = read_history(request, calendar(), market_db=path)
    played = Backtester(ROOT / "algorithm", calendar(), limit_seconds=5).play(request, history)
    buys = [fill.at.strftime("%m-%d %H:%M") for fill in played.fills if str(fill.side) == "buy"]
    # 12 to 15 UTC read 8.3 and 15 to 18 read 7.3: known, and so bought on, from 15 and until 21 UTC.
    assert buys[0] == "09-08 15:00"
    assert {buy[:5] for buy in buys} == {"09-08"}
    assert buys[-1] > "09-08 19:00"
