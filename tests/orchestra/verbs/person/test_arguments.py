"""What verbs about backtests are asked: read into a request, or refused in one plain sentence."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.backtest.request import BacktestRequest, Costs
from orchestra.verbs.person.arguments import (
    add_request,
    parser_for,
    request_of,
    require_apart,
    value_of,
    writable,
    writable_folder,
)

ONE = ("--algorithm", "sma_crossover", "--ticker", "SPY", "--capital", "20000")
TWO = (*ONE, "--algorithm", "other", "--ticker", "BRK.B", "--capital", "2500.50")


def asked(*arguments: str) -> BacktestRequest:
    parser = parser_for("backtest", "try it")
    add_request(parser)
    return request_of(parser.parse_args(arguments))


def test_everything_that_can_be_asked_is_in_the_request(tmp_path: Path) -> None:
    files = [tmp_path / "a.csv", tmp_path / "b.csv.gz"]
    for file in files:
        file.write_text("")
    costs = ("--commission-per-order", "1", "--commission-per-share", "0.005", "--commission-bps", "2")
    more = ("--regulatory-fees", "--spread-bps", "3", "--slippage-bps", "0.5", "--volume-cap", "10")
    params = ("--param", "1:sma_short=5", "--param", "2:style=a=b:c", "--param", "2:is_calm=true")
    days = ("--from", "2024-01-02", "--to", "2024-02-29")
    given = asked(*TWO, *params, "--data", *map(str, files), *days, "--data-dir", str(tmp_path), *costs, *more)
    assert [(each.algorithm, each.ticker, each.capital, each.params) for each in given.algorithms] == [
        ("sma_crossover", "SPY", Decimal(20_000), {"sma_short": 5}),
        ("other", "BRK.B", Decimal("2500.50"), {"style": "a=b:c", "is_calm": True}),
    ]
    assert given.data == tuple(files)
    assert (given.first_day, given.last_day) == (date(2024, 1, 2), date(2024, 2, 29))
    assert given.market_db == tmp_path / "market.db"
    assert given.costs == Costs(
        commission_per_order=Decimal(1),
        commission_per_share=Decimal("0.005"),
        commission_bps=Decimal(2),
        has_regulatory_fees=True,
        spread_bps=Decimal(3),
        slippage_bps=Decimal("0.5"),
        volume_fraction=Decimal("0.1"),
    )


def test_nothing_but_the_algorithm_costs_nothing_and_takes_all_days() -> None:
    given = asked(*ONE, "--param", "sma_short=5")
    assert given.algorithms[0].params == {"sma_short": 5}
    assert (given.data, given.first_day, given.last_day, given.costs) == ((), None, None, Costs())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "at least one --algorithm"),
        ((*ONE, "--algorithm", "other"), "equally often"),
        ((*ONE[:3], "spy", *ONE[4:]), "is no ticker"),
        ((*ONE[:5], "nan"), "cannot be allotted"),
        ((*ONE, "--data", "no/such/file.csv"), "There is no file"),
        ((*ONE, "--data", "."), "There is no file"),
        ((*ONE, "--data-dir", ""), "--data-dir is empty"),
        ((*ONE, "--from", "2024-02-30"), "--from '2024-02-30' is no day"),
        ((*ONE, "--to", "2024-W01-2"), "is no day"),
        ((*ONE, "--to", "20240102"), "is no day"),
        ((*ONE, "--from", "2024-01-03", "--to", "2024-01-02"), "is before --from"),
        ((*ONE, "--commission-per-order", "-1"), "--commission-per-order '-1' cannot be"),
        ((*ONE, "--spread-bps", "nan"), "--spread-bps 'nan' cannot be"),
        ((*ONE, "--slippage-bps", "10001"), "from 0 to 10000"),
        ((*ONE, "--commission-bps", "much"), "--commission-bps 'much' cannot be"),
        ((*ONE, "--volume-cap", "0"), "would fill nothing"),
        ((*ONE, "--volume-cap", "1e-400"), "would fill nothing"),
        ((*ONE, "--volume-cap", "101"), "from 0 to 100"),
        ((*ONE, "--param", "sma_short"), "is not understood"),
        ((*ONE, "--param", "=5"), "is not understood"),
        ((*ONE, "--param", "²:sma_short=5"), "is not understood"),
        ((*ONE, "--param", "x:sma_short=5"), "is not understood"),
        ((*ONE, "--param", "0:sma_short=5"), "algorithm 0, and there are 1"),
        ((*ONE, "--param", "2:sma_short=5"), "algorithm 2, and there are 1"),
        ((*TWO, "--param", "sma_short=5"), "write 1:sma_short=5"),
        ((*ONE, "--param", "a=5", "--param", "1:a=6"), "given twice"),
        ((*ONE, "--nonsense"), "see --help"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(arguments: Sequence[str], sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        asked(*arguments)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-0.5", -0.5),
        ("1e3", 1000.0),
        ("True", True),
        ("none", None),
        ("fast", "fast"),
        ("nan", "nan"),
        ("1e999", "1e999"),
        ("9" * 41, "9" * 41),
    ],
)
def test_a_parameter_is_a_finite_number_a_word_or_a_text(text: str, value: object) -> None:
    assert (value_of(text), type(value_of(text))) == (value, type(value))


def test_an_output_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("kept")
    assert writable(str(there)) == there
    assert writable(str(tmp_path / "new")) == tmp_path / "new"
    assert writable(None) is None
    assert (there.read_text(), (tmp_path / "new").exists()) == ("kept", False)
    for name in (str(tmp_path), str(tmp_path / "none" / "out"), ""):
        with pytest.raises(ConfigError, match="name another file"):
            writable(name)


def test_a_folder_for_outputs_need_not_be_there_but_must_be_possible(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert writable_folder(str(tmp_path / "a" / "b"), "--csv") == tmp_path / "a" / "b"
    assert writable_folder(None, "--csv") is None
    assert not (tmp_path / "a").exists()
    for name in (str(tmp_path / "file"), str(tmp_path / "file" / "below")):
        with pytest.raises(ConfigError, match="name another one for --csv"):
            writable_folder(name, "--csv")
    with pytest.raises(ConfigError, match="--csv is empty"):
        writable_folder("", "--csv")


def test_no_output_goes_over_an_input_or_another_output(tmp_path: Path) -> None:
    bars = tmp_path / "bars.csv"
    bars.write_text("")
    (tmp_path / "link.csv").symlink_to(bars)
    stored = ("--data-dir", str(tmp_path / "kept"))
    request = asked("--algorithm", str(tmp_path / "idea.py"), *ONE[2:], "--data", str(bars), *stored)
    require_apart([tmp_path / "out.json", None, None, tmp_path / "out.html"], request)
    over = ("bars.csv", "link.csv", "below/../bars.csv", "idea.py", "kept/market.db")
    for written in (*([tmp_path / name] for name in over), [tmp_path / "out", tmp_path / "out"]):
        with pytest.raises(ConfigError, match="name another file"):
            require_apart(written, request)
    with pytest.raises(ConfigError, match="name another file"):
        require_apart([tmp_path / "out"], read=[tmp_path / "out"])
