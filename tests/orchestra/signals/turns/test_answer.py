"""Answers of strategies: the contract to the letter, nothing else trades."""

import json
import math
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.signals.turns.answer import METADATA_LENGTH, Answer, read_answer
from system_databse.errors import StrategyError
from system_databse.trading_signal import Action

NOBODY = SimpleNamespace()


@pytest.mark.requirement("S2-05", "S2-21")
@pytest.mark.parametrize(
    ("returned", "action", "shares"),
    [
        (("buy", 10), Action.BUY, 10),
        (("sell", 3), Action.SELL, 3),
        (("hold", 0), Action.HOLD, 0),
        (["buy", 10], Action.BUY, 10),
        (("buy", 10.0), Action.BUY, 10),
        (("buy", np.int64(7)), Action.BUY, 7),
        (("buy", np.float64(7)), Action.BUY, 7),
        (("buy", np.float32(7)), Action.BUY, 7),
        (("buy", Decimal(5)), Action.BUY, 5),
        (("buy", Decimal("5.00")), Action.BUY, 5),
        (("buy", Fraction(4, 2)), Action.BUY, 2),
        (("buy", 2**53 + 1), Action.BUY, 2**53 + 1),
        (("buy", 0), Action.HOLD, 0),
        (("sell", 0.0), Action.HOLD, 0),
        (("hold", 5), Action.HOLD, 0),
        (("hold", -0.0), Action.HOLD, 0),
    ],
)
def test_proper_answer_is_read_exactly(returned: object, action: Action, shares: int) -> None:
    answer = read_answer(returned, NOBODY)
    assert (answer.action, answer.shares) == (action, Decimal(shares))


@pytest.mark.requirement("S2-21")
@pytest.mark.parametrize(
    "returned",
    [
        None,
        "buy",
        ("buy",),
        ("buy", 1, 2),
        {"buy": 1},
        {"buy", 1},
        iter(("buy", 1)),
        ("BUY", 1),
        ("Buy", 1),
        (" buy", 1),
        (b"buy", 1),
        (1, "buy"),
        ("short", 1),
        (Action.NONE, 0),
        ("buy", "10"),
        ("buy", None),
        ("buy", True),
        ("buy", -1),
        ("buy", 1.5),
        ("buy", Decimal("1.5")),
        ("buy", Fraction(3, 2)),
        ("buy", math.nan),
        ("buy", math.inf),
        ("buy", Decimal("NaN")),
        ("buy", Decimal("Infinity")),
        ("buy", 1 + 0j),
        ("buy", np.array([1])),
        ("buy", np.bool_(True)),
        ("buy", [10]),
        ("hold", None),
        ("hold", -1),
        (["buy"], 1),
    ],
)
def test_anything_else_is_refused_in_one_sentence(returned: object) -> None:
    with pytest.raises(StrategyError, match="run must return") as caught:
        read_answer(returned, NOBODY)
    assert len(str(caught.value)) < 250


@given(st.floats(allow_nan=True, allow_infinity=True) | st.integers() | st.decimals() | st.text() | st.binary())
def test_no_share_count_is_ever_bent(shares: Any) -> None:
    try:
        answer = read_answer(("buy", shares), NOBODY)
    except (StrategyError, ArithmeticError, ValueError):
        return
    assert answer.shares == shares
    assert answer.shares >= 0


def test_optional_attributes_are_taken_over() -> None:
    strategy = SimpleNamespace(reason="crossed", confidence=0.7, expected_profit=120, metadata={"fast": 1.5})
    assert read_answer(("buy", 1), strategy) == Answer(Action.BUY, Decimal(1), "crossed", 0.7, 120.0, {"fast": 1.5})


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"reason": None}, ("", None, None, {})),
        ({"reason": "x" * 10_000}, ("x" * 500, None, None, {})),
        ({"reason": ["a"]}, ("['a']", None, None, {})),
        ({"confidence": 1.01}, ("", None, None, {})),
        ({"confidence": -0.1}, ("", None, None, {})),
        ({"confidence": math.nan}, ("", None, None, {})),
        ({"confidence": True}, ("", None, None, {})),
        ({"confidence": "high"}, ("", None, None, {})),
        ({"expected_profit": math.inf}, ("", None, None, {})),
        ({"metadata": ["no"]}, ("", None, None, {})),
        ({"metadata": {"at": math.nan}}, ("", None, None, {"at": "NaN"})),
        ({"metadata": {(1, 2): 3, "kept": 1}}, ("", None, None, {"kept": 1})),
        ({"metadata": {"big": "x" * METADATA_LENGTH}}, ("", None, None, {})),
        ({"metadata": {"price": Decimal("1.5")}}, ("", None, None, {"price": "1.5"})),
    ],
)
def test_senseless_attribute_is_left_out_and_decides_nothing(attributes: dict[str, Any], expected: tuple[Any]) -> None:
    answer = read_answer(("buy", 1), SimpleNamespace(**attributes))
    assert (answer.reason, answer.confidence, answer.expected_profit, answer.metadata) == expected
    assert answer.action is Action.BUY


def test_metadata_can_always_be_stored_and_is_a_copy() -> None:
    circle: dict[str, Any] = {}
    circle["self"] = circle
    assert read_answer(("hold", 0), SimpleNamespace(metadata=circle)).metadata == {}
    own: dict[str, Any] = {"list": [1]}
    answer = read_answer(("hold", 0), SimpleNamespace(metadata=own))
    own["list"].append(2)
    assert json.dumps(answer.metadata, allow_nan=False) == '{"list": [1]}'
