"""What may stand on the command line, and the one sentence for everything else."""

from decimal import Decimal
from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.run.command_line import read_arguments

ONE = ["--algorithm", "sma_crossover", "--ticker", "SPY", "--capital", "20000"]
REPLAY = ["--replay", "a.csv", "--data-dir", "run"]


def test_nothing_is_asked_for_by_default() -> None:
    given = read_arguments([])
    assert (given.replay, given.algorithms, given.data_dir, given.summary) == ((), (), None, None)
    assert not given.is_insecure_env_allowed
    assert (given.seed, given.speed) == (None, None)


@pytest.mark.parametrize(("seed", "speed"), [("0", "0"), ("7", "60"), (str(2**63 - 1), "0.5")])
def test_a_demo_has_a_seed_and_a_speed(seed: str, speed: str) -> None:
    given = read_arguments(["--seed", seed, "--speed", speed])
    assert (given.seed, given.speed) == (int(seed), float(speed))


def test_algorithms_are_paired_in_order_and_files_add_up() -> None:
    two = [*ONE, "--algorithm", "b.py", "--capital=2500.50", "--ticker", "BRK.B"]
    given = read_arguments([*REPLAY, "--replay", "b.csv", "c.csv.gz", *two, "--summary", "out.json", "--insecure-env"])
    assert [path.name for path in given.replay] == ["a.csv", "b.csv", "c.csv.gz"]
    pairs = [(each.algorithm, each.ticker, each.capital) for each in given.algorithms]
    assert pairs == [("sma_crossover", "SPY", Decimal(20_000)), ("b.py", "BRK.B", Decimal("2500.50"))]
    assert given.is_insecure_env_allowed


def test_paths_hold_although_a_strategy_changes_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = read_arguments([*REPLAY, *ONE, "--summary", "out.json"])
    assert (given.replay, given.data_dir, given.summary) == (
        (tmp_path / "a.csv",),
        tmp_path / "run",
        tmp_path / "out.json",
    )


@pytest.mark.requirement("S2-70")
@pytest.mark.parametrize("ticker", ["spy", "", "SPY ", "1A", ".A", "ABCDEFGHIJK", "SP-Y", "SPY;DROP", "ÄÖÜ", "A\nB"])
def test_what_is_no_ticker_is_refused(ticker: str) -> None:
    with pytest.raises(ConfigError, match="is no ticker"):
        read_arguments([*REPLAY, "--algorithm=a", f"--ticker={ticker}", "--capital=1"])


@pytest.mark.parametrize(
    "capital",
    [
        "0",
        "-1",
        "0.001",
        "1e-400",
        "1e400",
        "1000000000000.01",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "",
        "ten",
        "1,000",
        "$5",
    ],
)
def test_what_is_no_amount_is_refused(capital: str) -> None:
    with pytest.raises(ConfigError, match="dollars"):
        read_arguments([*REPLAY, "--algorithm=a", "--ticker=SPY", f"--capital={capital}"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["--replay", "a.csv", *ONE],
        REPLAY,
        ["--replay", "--data-dir", "run", *ONE],
        [*REPLAY, *ONE[:4]],
        [*REPLAY, *ONE, "--algorithm", "b"],
        [*REPLAY, *ONE, "--capital", "1"],
        [*ONE[2:]],
        ["--data-dir=", *ONE],
        ["--unknown"],
        ["stray"],
        ["--summary"],
    ],
)
def test_half_a_wish_is_refused_in_one_sentence(arguments: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        read_arguments(arguments)
    text = str(caught.value)
    assert text[0].isupper() or text.startswith("--")
    assert text.endswith(".")
    assert "\n" not in text
