"""A result that comes from a file: read whole, or refused in one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from database.errors import ConfigError
from orchestra.backtest.jobs.result_file import read_result
from orchestra.backtest.report.html_report import html_report
from tests.orchestra.backtest.made_run import made_result


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "result.json"
    path.write_text(json.dumps({**made_result(5).to_values(), **changes}), encoding="utf-8")
    return path


def test_a_result_is_read_back_whole(tmp_path: Path) -> None:
    result = read_result(written(tmp_path))
    assert result == made_result(5)
    assert html_report(result) == html_report(made_result(5))


@pytest.mark.parametrize("made", [{"days": 1}, {"days": 5, "bars": 50}, {"days": 5, "tickers": ("A", "B")}])
def test_results_of_all_kinds_are_read_back(tmp_path: Path, made: dict[str, Any]) -> None:
    result = made_result(**made)
    path = tmp_path / "result.json"
    path.write_text(json.dumps(result.to_values()), encoding="utf-8")
    assert read_result(path) == result


@pytest.mark.parametrize("text", ["", "nonsense", "{", "[" * 100_000, '{"version": NaN}', "\xff"])
def test_what_is_no_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "result.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ConfigError, match="is no JSON file: name one written with --json"):
        read_result(path)


@pytest.mark.parametrize("text", ["1", "[]", "{}", '{"version": 1}', '"text"', "null"])
def test_json_that_is_no_result_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="run the backtest again"):
        read_result(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(ConfigError, match="cannot be read"):
            read_result(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((name, 7) for name in ("assumptions", "data", "algorithms", "fills", "round_trips", "days", "equity")),
        *((name, 7) for name in ("cash", "buy_and_hold", "prices", "metrics", "reasons", "warnings", "decisions")),
        *(("minutes", "many"), ("minutes", True), ("seconds", None), ("equity", [1.0]), ("equity", ["1"] * 5)),
        *(("fills", [{}]), ("fills", [7]), ("prices", {"A": [[1]]}), ("prices", {"A": [["a", 1]]})),
        *(("metrics", {}), ("metrics", {"all": {}}), ("warnings", [7]), ("buy_and_hold", {"equity": [1.0] * 5})),
        *(("days", ["2024-03-01"] * 5), ("days", ["soon"] * 5), ("equity", [1e300] * 5), ("data", {"files": {}})),
        ("equity_by_algorithm", {"1": []}),
    ],
)
def test_a_damaged_field_is_named(tmp_path: Path, field: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=r"is damaged \(at (\w+)\): run the backtest again"):
        read_result(written(tmp_path, **{field: value}))


@pytest.mark.parametrize("change", [{"time": "2024-03-01"}, {"time": "soon"}, {"price": None}, {"shares": "10"}])
def test_a_damaged_fill_is_found_among_good_ones(tmp_path: Path, change: dict[str, Any]) -> None:
    fills = made_result(5).fills
    with pytest.raises(ConfigError, match=r"at fills"):
        read_result(written(tmp_path, fills=[*fills[:-1], {**fills[-1], **change}]))


def test_a_metric_that_is_a_text_is_refused(tmp_path: Path) -> None:
    metrics = made_result(5).metrics
    with pytest.raises(ConfigError, match="at metrics"):
        read_result(written(tmp_path, metrics={**metrics, "all": {**metrics["all"], "sharpe_ratio": "high"}}))
