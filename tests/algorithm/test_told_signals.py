"""What a strategy tells beside buy and sell: how sure it is, of entries and of exits alike."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from database import db_manager
from orchestra.backtest.walk.decision_row import DecisionRow
from orchestra.signals.turns.usual_profit import BARS_READ, usual_profit
from tests.orchestra.backtest.played_house import House, asked, made_columns, made_history, strategy

DAYS = tuple(date(2024, 6, day) for day in (3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 17, 18))
COLUMNS = made_columns("ACME", DAYS, seed=3)
# Looser than the defaults, so that a few made-up days hold trades of each.
LOOSE: dict[str, dict[str, float]] = {
    "sma_crossover": {},
    "opening_range": {"volume_ratio": 0.0},
    "mean_reversion": {"entry_deviations": 1.5, "entry_rsi": 30.0, "most_bars": 12},
    "trend_following": {"entry_adx": 10.0, "entry_bars": 6, "exit_bars": 4, "trail_ranges": 2.0},
    "solar_flare": {"momentum": 0.001, "volume_ratio": 0.0},
    "_template": {"stop": 0.004, "target": 0.006},
}
TELLS = """
from algorithm.{name} import Algorithm as Told


class Algorithm(Told):
    def run(self, current_time, algo_id):
        answer = super().run(current_time, algo_id)
        self.metadata["sure"], self.metadata["brings"] = self.confidence, self.expected_profit
        return answer
"""


@pytest.fixture(autouse=True)
def storm() -> Iterator[None]:
    db_manager.force_k_index(7.0)
    yield
    db_manager.force_k_index(None)


def trades(name: str, folder: Path) -> list[DecisionRow]:
    """Play the days and return what became orders."""
    file, house = strategy(folder, TELLS.format(name=name), name="told"), House()
    history = made_history(COLUMNS, days=DAYS[5:])
    house.play(history, asked(file, capital="100000", **LOOSE[name]))
    return [row for row in house.rows.rows if row.outcome == "SUBMITTED"]


@pytest.mark.requirement("S0-09", "S1-31")
@pytest.mark.parametrize("name", LOOSE)
def test_every_buy_and_every_sell_tells_how_sure_it_is(name: str, tmp_path: Path) -> None:
    told = [(row.action, row.saw["sure"]) for row in trades(name, tmp_path)]
    assert {action for action, _ in told} == {"buy", "sell"}
    assert [(action, sure) for action, sure in told if sure is None or not 0 <= sure <= 1] == []


@pytest.mark.requirement("S0-25")
@pytest.mark.parametrize("name", ["sma_crossover", "opening_range", "solar_flare"])
def test_a_buy_in_the_box_may_bring_what_a_strangers_is_said_to(name: str, tmp_path: Path) -> None:
    """They compete by it, so that it has to be one figure: the average true range of the last hundred bars."""
    for row in trades(name, tmp_path):
        if row.action == "buy":
            index = COLUMNS.position(row.minute)
            bars = [COLUMNS.bar(each) for each in range(index - BARS_READ, index)]
            assert row.saw["brings"] == pytest.approx(usual_profit(bars), rel=1e-9)
