from decimal import Decimal

import pytest

from orchestra.backtest.measures.assumptions import assumptions
from orchestra.backtest.request import Costs
from tests.orchestra.backtest.played_house import DAYS, made_columns, made_history


def told(costs: Costs) -> dict[str, str]:
    return assumptions(costs, made_history(made_columns("ACME", DAYS)))


def test_without_costs_it_says_what_is_left_out() -> None:
    sentences = told(Costs())
    assert sentences["commission"] == "No commission is paid."
    assert sentences["regulatory_fees"] == "No regulatory fees are charged."
    assert "live fills will be worse" in sentences["spread_slippage"]
    assert sentences["volume"] == "A bar gives as many shares as are wanted."
    assert "the worse is taken" in sentences["fill_rule"]
    assert sentences["limits"].startswith("Your limits, halts and day-trade rule are not applied;")


@pytest.mark.parametrize(
    ("costs", "name", "part"),
    [
        (Costs(commission_per_order=Decimal("0.50")), "commission", "is 0.5 dollars an order."),
        (Costs(Decimal(1), Decimal("0.01"), Decimal(2)), "commission", "a share and 2 basis points of what is dealt."),
        (Costs(has_regulatory_fees=True), "regulatory_fees", "rounded up to the cent."),
        (Costs(spread_bps=Decimal(3)), "spread_slippage", "half a spread of 3 basis points and 0 of slippage."),
        (Costs(volume_fraction=Decimal("0.1")), "volume", "at most 10 % of a bar's volume;"),
    ],
)
def test_each_cost_is_named_with_its_size(costs: Costs, name: str, part: str) -> None:
    assert part in told(costs)[name]


@pytest.mark.parametrize("costs", [Costs(), Costs(Decimal(1), has_regulatory_fees=True, spread_bps=Decimal(1))])
def test_every_assumption_is_a_whole_sentence(costs: Costs) -> None:
    for sentence in told(costs).values():
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "None" not in sentence
