"""The template is documentation that runs: copied into the folder it is offered, backtested, and keeps the contract."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from orchestra.backtest.backtester import Backtester
from orchestra.backtest.request import BacktestRequest
from orchestra.signals.strategy_loader import StrategyLoader
from tests.orchestra.backtest.played_house import ROOT, Rows, asked, calendar, made_columns, made_history

DAYS = tuple(date(2024, 6, day) for day in (3, 4, 5, 6, 7))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Do what the README says."""
    command = re.search(r"^cp algorithm/(\S+) algorithm/(\S+)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert command is not None
    shutil.copy(ROOT / "algorithm" / command[1], tmp_path / command[2])
    return tmp_path


def loader(folder: Path) -> StrategyLoader:
    return StrategyLoader(folder, guard=lambda function: function())


@pytest.mark.requirement("S0-06")
def test_the_copy_is_offered_and_the_template_is_not(folder: Path) -> None:
    assert list(loader(folder).available()) == ["my_idea"]
    assert "_template" not in loader(ROOT / "algorithm").available()


@pytest.mark.requirement("S0-06")
def test_the_copy_trades_in_a_backtest_and_leaves_by_its_rules(folder: Path) -> None:
    rows = Rows()
    request = BacktestRequest((asked("my_idea", stop=0.004, target=0.006),))
    played = Backtester(folder, calendar(), limit_seconds=5.0).play(
        request, made_history(made_columns("ACME", DAYS, seed=3), days=DAYS), sink=rows
    )
    assert played.outcomes.total() == played.minutes == 5 * 390
    assert set(played.outcomes) <= {"HELD", "SUBMITTED", "DENIED"}
    assert set(played.gates) <= {"SESSION_END"}
    reasons = [row.reason for row in rows.rows if row.outcome == "SUBMITTED"]
    assert reasons[0] == "above its average"
    assert {"left by rule: stop_loss", "left by rule: target"} <= set(reasons)
    assert [fill.side for fill in played.fills[:4]] == ["buy", "sell"] * 2


@pytest.mark.requirement("S0-06")
def test_every_strategy_is_one_small_file_of_the_common_pattern() -> None:
    offered = loader(ROOT / "algorithm")
    for name, path in offered.available().items():
        assert len(path.read_text("utf-8").splitlines()) <= 180, name
        strategy = offered.make(offered.find(name), "SPY", asked(name).capital)
        assert (strategy.reason, strategy.metadata) == ("", {}), name
        for row in type(strategy).PARAMETERS:
            assert getattr(strategy, row["name"]) == row["default"], (name, row["name"])
