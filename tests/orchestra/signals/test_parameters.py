"""The owner's values for a strategy: what fits is set, what does not is refused in words."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.runtime.clock import SystemClock
from orchestra.signals.parameters import Parameter, checked_params, read_parameters
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from system_databse.errors import StrategyError

ROWS = (
    {"name": "fast", "default": 20, "range": (2, 200), "help": "bars"},
    {"name": "share", "default": 0.5, "range": (0, 1), "help": "of the cash"},
    {"name": "lot", "default": None, "range": (1, 100), "help": "shares"},
    {"name": "mode", "default": "calm", "help": "how"},
)
PARAMETERS = read_parameters(ROWS)


@pytest.mark.parametrize(
    ("name", "value", "fitted"),
    [
        ("fast", 2, 2),
        ("fast", 30.0, 30),
        ("share", 1, 1),
        ("share", 0.25, 0.25),
        ("lot", None, None),
        ("lot", 7, 7),
        ("mode", "wild", "wild"),
    ],
)
def test_a_value_that_fits_is_taken(name: str, value: object, fitted: object) -> None:
    [(_, taken)] = checked_params({name: value}, PARAMETERS).items()
    assert (taken, type(taken)) == (fitted, type(fitted))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("fast", 1, "from 2 to 200"),
        ("fast", 201, "from 2 to 200"),
        ("fast", 20.5, "whole number"),
        ("fast", "20", "whole number"),
        ("fast", True, "whole number"),
        ("fast", None, "whole number"),
        ("fast", float("nan"), "whole number"),
        ("share", float("inf"), "from 0 to 1"),
        ("lot", 0, "or empty"),
        ("mode", 3, "'calm'"),
        ("slow", 3, "there are: fast, share, lot, mode"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_is_allowed(name: str, value: object, words: str) -> None:
    with pytest.raises(StrategyError, match=words) as refused:
        checked_params({name: value}, PARAMETERS)
    assert name in str(refused.value)


@pytest.mark.parametrize(
    "row", [{"name": "a b"}, {"name": "_hidden"}, {}, {"name": "a", "range": 3}, {"name": "a", "range": ("x", "y")}]
)
def test_parameters_of_another_form_are_refused(row: dict[str, object]) -> None:
    with pytest.raises(StrategyError, match="PARAMETERS"):
        read_parameters([row])


@given(st.one_of(st.integers(), st.floats(), st.text(), st.booleans(), st.none()))
def test_whatever_passes_lies_in_the_range(value: object) -> None:
    parameter = Parameter("fast", 20, (2, 200))
    try:
        fitted = parameter.fitted(value)
    except StrategyError:
        return
    assert isinstance(fitted, int)
    assert 2 <= fitted <= 200
    assert fitted == value


def loader_with(folder: Path, body: str) -> StrategyLoader:
    (folder / "mine.py").write_text(body, encoding="utf-8")
    return StrategyLoader(folder, guard=TurnTimer(SystemClock(), limit_seconds=5).guard)


GOOD = """
class Algorithm:
    PARAMETERS = ({"name": "fast", "default": 20, "range": (2, 200), "help": "bars"},)

    def __init__(self, ticker, initial_capital):
        self.fast = 20

    def run(self, current_time, algo_id):
        return ("hold", 0)
"""


def test_values_are_set_after_construction(tmp_path: Path) -> None:
    loader = loader_with(tmp_path, GOOD)
    params = json.loads('{"fast": 5}')
    assert loader.make(loader.find("mine"), "SPY", Decimal(1), params=params).fast == 5
    assert loader.make(loader.find("mine"), "SPY", Decimal(1)).fast == 20


def test_parameters_that_cannot_be_read_name_the_file(tmp_path: Path) -> None:
    loader = loader_with(tmp_path, GOOD.replace("PARAMETERS = (", "PARAMETERS = (3,"))
    with pytest.raises(StrategyError, match=r"PARAMETERS of .*mine\.py cannot be read"):
        loader.make(loader.find("mine"), "SPY", Decimal(1), params={"fast": 5})
    loader.make(loader.find("mine"), "SPY", Decimal(1))
