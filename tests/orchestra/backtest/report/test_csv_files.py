"""A result as CSV files."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from database.errors import StorageError
from orchestra.backtest.report.csv_files import write_csv
from orchestra.backtest.result import BacktestResult
from tests.orchestra.backtest.made_run import made_result


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def test_every_row_of_the_result_is_in_its_file(tmp_path: Path) -> None:
    result = made_result(5, tickers=("A", "B"))
    written = write_csv(result, tmp_path / "out")
    assert [path.name for path in written] == ["fills.csv", "round_trips.csv", "equity.csv", "metrics.csv"]
    fills, trips, equity, metrics = (rows(path) for path in written)
    assert [float(row[4]) for row in fills[1:]] == [fill["price"] for fill in result.fills]
    assert [float(row[7]) for row in trips[1:]] == [trip["pnl"] for trip in result.round_trips]
    assert equity[0] == ["day", "equity", "cash", "buy_and_hold", "algorithm_1", "algorithm_2"]
    assert [row[0] for row in equity[1:]] == result.days
    assert [float(row[1]) for row in equity[1:]] == result.equity
    assert metrics[0] == ["metric", "all", "1", "2", "buy_and_hold"]
    assert {row[0] for row in metrics[1:]} == result.metrics["all"].keys()


def test_an_unknown_metric_is_an_empty_cell(tmp_path: Path) -> None:
    write_csv(made_result(1), tmp_path)
    assert next(row for row in rows(tmp_path / "metrics.csv") if row[0] == "sharpe_ratio")[1] == ""


def test_a_run_without_fills_has_the_heads_of_its_tables(tmp_path: Path) -> None:
    write_csv(made_result(5, bars=50), tmp_path)
    assert rows(tmp_path / "fills.csv")[0][:3] == ["time", "symbol", "side"]
    assert len(rows(tmp_path / "fills.csv")) == len(rows(tmp_path / "round_trips.csv")) == 1


def with_reason(result: BacktestResult, reason: str) -> BacktestResult:
    return replace(result, fills=[{**result.fills[0], "reason": reason, "price": -1.5}])


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1"])
def test_a_text_that_would_be_a_formula_is_led_by_an_apostrophe(tmp_path: Path, formula: str) -> None:
    write_csv(with_reason(made_result(5), formula), tmp_path)
    row = rows(tmp_path / "fills.csv")[1]
    assert row[-1] == f"'{formula}"
    assert row[4] == "-1.5"


@pytest.mark.parametrize("text", ['a "quoted", reason', "two\r\nlines", "caf\xe9 \u4e2d"])
def test_any_text_is_read_back_as_it_was(tmp_path: Path, text: str) -> None:
    write_csv(with_reason(made_result(5), text), tmp_path)
    assert rows(tmp_path / "fills.csv")[1][-1] == text


def test_half_a_character_does_not_stop_the_export(tmp_path: Path) -> None:
    write_csv(with_reason(made_result(5), "a\ud800b"), tmp_path)
    assert rows(tmp_path / "fills.csv")[1][-1] == "a?b"


def test_lines_end_as_the_standard_says(tmp_path: Path) -> None:
    write_csv(made_result(5), tmp_path)
    raw = (tmp_path / "equity.csv").read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n") == 6


def test_a_folder_that_cannot_be_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageError, match=r"cannot be written .*: name another folder"):
        write_csv(made_result(5), tmp_path / "taken")
