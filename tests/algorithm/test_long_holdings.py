"""Positions held longer than the bars at hand reach: the limit of time comes all the same, in the bar it names."""

from datetime import date
from pathlib import Path

import pytest

from database.bar import MINUTE
from database.bars.bar_columns import BarColumns
from tests.orchestra.backtest.played_house import ROOT, House, asked, calendar, made_history, strategy

FIRST, LAST = date(2024, 6, 3), date(2024, 6, 18)
BAR_MINUTES = 5
FALLS_AT = 260
SESSIONS = calendar().sessions_between(
    calendar().session_on(FIRST).open,  # type: ignore[union-attr]  # a trading day
    calendar().session_on(LAST).close,  # type: ignore[union-attr]  # a trading day
)


def slow_days() -> BarColumns:
    """Return bars that rise, fall once, and then sink by so little that no stop and no average is ever reached."""
    columns, number = BarColumns("ACME"), 0
    for session in SESSIONS:
        for minute in range(session.minutes):
            bar = number // BAR_MINUTES
            close = 100 + 0.01 * bar if bar < FALLS_AT else 102.4 - 0.001 * (bar - FALLS_AT)
            columns.add(session.open + minute * MINUTE, (close, close + 1, close - 1, close, 100.0))
            number += 1
    return columns


def sold_after(house: House, algorithm: Path | str, **params: object) -> tuple[str, int]:
    """Return why the position was left and how many bars it was held."""
    played = house.play(made_history(slow_days(), days=[each.day for each in SESSIONS]), asked(algorithm, **params))
    bought, sold = played.fills[:2]
    minutes = [session.open + number * MINUTE for session in SESSIONS for number in range(session.minutes)]
    at = [minutes.index(int(fill.at.timestamp())) for fill in (bought, sold)]
    row = next(row for row in house.rows.rows if row.client_order_id == sold.client_order_id)
    return str(row.saw["exit"]), (at[1] - at[0]) // BAR_MINUTES


@pytest.mark.requirement("S0-17")
@pytest.mark.parametrize("most_bars", [60, 377, 378, 379, 500])
def test_a_position_is_left_after_its_longest_time_however_long(most_bars: int) -> None:
    params = {"entry_deviations": 1.0, "entry_rsi": 50.0, "stop_ranges": 10.0, "most_bars": most_bars}
    assert sold_after(House(), "mean_reversion", **params) == ("time", most_bars)


def test_a_copy_of_the_template_may_hold_longer_than_its_bars_reach(tmp_path: Path) -> None:
    text = (ROOT / "algorithm" / "_template.py").read_text(encoding="utf-8")
    assert text.count("most_bars=78") == 1
    copy = strategy(tmp_path, text.replace("most_bars=78", "most_bars=200"))
    assert sold_after(House(), copy, stop=0.2, target=1.0) == ("time", 200)
