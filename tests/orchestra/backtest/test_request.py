"""A request as JSON and back, as a child process and a kept result hold it."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from orchestra.backtest.request import BacktestRequest, Costs
from orchestra.messages.commands import StartAlgorithm

MONEY = st.decimals(min_value=0, max_value=Decimal("1e9"), allow_nan=False, places=4)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
DAYS = st.none() | st.dates(min_value=date(1990, 1, 1))
PATHS = TEXTS.map(Path)
COSTS = st.builds(
    Costs,
    commission_per_order=MONEY,
    commission_per_share=MONEY,
    commission_bps=MONEY,
    has_regulatory_fees=st.booleans(),
    spread_bps=MONEY,
    slippage_bps=MONEY,
    volume_fraction=st.none() | MONEY,
)
ALGORITHMS = st.builds(StartAlgorithm, TEXTS, TEXTS, MONEY, st.dictionaries(TEXTS, VALUES, max_size=4))
REQUESTS = st.builds(
    BacktestRequest,
    st.lists(ALGORITHMS, min_size=1, max_size=3).map(tuple),
    data=st.lists(PATHS, max_size=3).map(tuple),
    first_day=DAYS,
    last_day=DAYS,
    costs=COSTS,
    market_db=st.none() | PATHS,
)


@given(REQUESTS)
def test_a_request_is_the_same_after_its_way_through_json(request_: BacktestRequest) -> None:
    there = json.dumps(request_.to_values(), allow_nan=False)
    assert BacktestRequest.from_values(json.loads(there)) == request_
