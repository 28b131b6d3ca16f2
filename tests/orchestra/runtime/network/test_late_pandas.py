"""The engine starts without pandas, and whoever wants it, alpaca-py included, gets the real one."""

import subprocess
import sys
from importlib import import_module

from orchestra.runtime.network.late_pandas import late_pandas
from tests.source_tree import ROOT

STARTED = """
import sys
import orchestra.trading_runs
assert "pandas" not in sys.modules, "something loads pandas at the start"
from datetime import UTC, datetime
from alpaca.data.models import BarSet
bar = {"t": datetime(2024, 1, 2, tzinfo=UTC), "o": 1, "h": 2, "l": 1, "c": 2, "v": 10, "n": 1, "vw": 1.5}
made = BarSet({"ACME": [bar]}).df
import pandas
assert isinstance(made, pandas.DataFrame)
from alpaca.trading.requests import GetCorporateAnnouncementsRequest
asked = GetCorporateAnnouncementsRequest(ca_types=["split"], since="2024-01-01", until="2024-02-01")
print(made.loc["ACME"]["close"].iloc[0], asked.until)
"""


def test_the_engine_starts_without_pandas_and_alpaca_py_still_makes_tables() -> None:
    told = subprocess.run([sys.executable, "-c", STARTED], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.stdout, told.stderr) == ("2.0 2024-02-01\n", "")


def test_pandas_that_is_in_use_stays_what_it_is() -> None:
    before = import_module("pandas")
    with late_pandas():
        assert import_module("pandas") is before
    assert import_module("pandas") is before
