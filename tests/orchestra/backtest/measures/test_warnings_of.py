"""A doubtful result says why, and a sound one says nothing."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from orchestra.backtest.history.history import History
from orchestra.backtest.measures.warnings_of import warnings_of
from orchestra.backtest.played import DayClose, Played
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from tests.orchestra.backtest.made_run import weekdays
from tests.orchestra.backtest.played_house import made_columns, sessions

DAYS = weekdays(date(2024, 3, 1), 60)
RECORD = AlgorithmRecord(1, "idea", "ACME", Decimal(20_000), "idea.py", "0" * 64)
SOUND = Played(
    minutes=60 * 390,
    records=(RECORD,),
    fills=(),
    reasons={},
    days=tuple(DayClose(each.day, each.close, {1: 20_000.0}, {1: 20_000.0}) for each in sessions(*DAYS)),
    told=Counter(),
    prices={"ACME": 100.0},
)
LUCKY = (
    "Round trips as large, won or lost by the toss of a coin, earn as much in 34% of all cases: the profit may be luck."
)
GOOD = {"total_trades": 30, "expectancy": 12.5, "as_good_by_chance": 0.05}


def told(played: Played = SOUND, *, traded: float = 1.0, spoilt: tuple[int, ...] = (), **figures: object) -> list[str]:
    columns = made_columns("ACME", [day.day for day in played.days], traded=traded)
    for at in spoilt:
        columns.closes[at] *= 2
    history = History({"ACME": columns}, sessions(*(day.day for day in played.days)))
    return warnings_of(played, history, figures={**GOOD, **figures})


def test_a_sound_run_warns_of_nothing() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("played", "expected"),
    [
        (replace(SOUND, is_whole=False), "The run was stopped before its end: everything below is of the part played."),
        (
            replace(SOUND, records=(replace(RECORD, status=AlgorithmStatus.ERROR, last_error="division by zero"),)),
            "Algorithm 1 (idea) failed five times in a row and was switched off: division by zero",
        ),
        (
            replace(SOUND, opened=("spy.csv", "qqq.csv", "spy.csv")),
            "An algorithm tried to open what holds its own future, and was refused: qqq.csv, spy.csv.",
        ),
        (replace(SOUND, rejections={"a": "no"}), "1 order came back rejected by the broker."),
        (
            replace(SOUND, gates=Counter(CASH=3)),
            "Denied, as the algorithm's cash did not suffice: 3 buys.",
        ),
        (
            replace(SOUND, days=SOUND.days[:1]),
            "Only 1 session: another season may look quite different.",
        ),
    ],
    ids=["stopped", "switched off", "file opened", "rejected", "cash", "few days"],
)
def test_what_went_wrong_is_said(played: Played, expected: str) -> None:
    assert told(played) == [expected]


def test_yearly_ratios_of_few_sessions_are_said_to_be_so() -> None:
    few = replace(SOUND, days=SOUND.days[:29])
    *_, caution = told(few, sharpe_ratio=3.2)
    assert caution == "Sharpe and Sortino ratio are of 29 sessions stretched to a year: a single day can turn them."
    assert len(told(replace(SOUND, days=SOUND.days[:30]), sharpe_ratio=3.2)) == 1


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"total_trades": 29}, ["Only 29 closed round trips: too few to tell skill from luck."]),
        ({"total_trades": 1}, ["Only 1 closed round trip: too few to tell skill from luck."]),
        (
            {"as_good_by_chance": 0.34},
            [LUCKY],
        ),
        ({"as_good_by_chance": 0.97, "expectancy": -3.0}, []),
        ({"as_good_by_chance": None, "expectancy": 0.0}, []),
    ],
)
def test_too_few_or_too_lucky_round_trips_are_said(figures: dict[str, object], expected: list[str]) -> None:
    assert told(**figures) == expected


def test_doubtful_bars_are_said() -> None:
    missing = 1 - len(made_columns("ACME", DAYS, traded=0.5)) / (60 * 390)
    assert told(traded=0.5) == [
        f"ACME has no bar in {missing:.0%} of the minutes: a thin symbol, or a gap in the data."
    ]
    assert told(traded=0.99) == []
    # Doubled for one bar: up by 100 %, down by 50 %.
    (steps,) = told(spoilt=(700,))
    assert "changes by more than 40 % from one bar to the next, 2 times: a split" in steps
    (step,) = told(spoilt=(0,))
    assert "1 time: a split" in step


def test_bars_of_a_run_without_a_session_are_not_judged() -> None:
    nothing = replace(SOUND, days=())
    history = History({"ACME": made_columns("ACME", DAYS[:1], traded=0.1)}, sessions(DAYS[0]))
    assert warnings_of(nothing, history, figures=GOOD) == ["Only 0 sessions: another season may look quite different."]
