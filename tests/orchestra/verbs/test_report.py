"""The verb `report`, as a person calls it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.backtest.jobs.shelf import Shelf
from orchestra.backtest.result import BacktestResult
from orchestra.verbs.report import run
from tests.orchestra.backtest.made_run import made_result
from tests.orchestra.verbs.screen import Screen

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def keep(folder: Path, result: BacktestResult) -> str:
    shelf = Shelf(folder / "kept")
    return shelf.keep(shelf.begin(NOW), result, now=NOW)


def ask(folder: Path, *arguments: str) -> str:
    screen = Screen()
    assert run([*arguments, "--results", str(folder / "kept")], screen) == 0
    return "\n".join([*screen.said(), ""])


def test_an_empty_shelf_says_how_to_fill_it(tmp_path: Path) -> None:
    assert ask(tmp_path) == "Nothing is kept yet: `backtest` keeps each result.\n"


def test_kept_results_are_listed_newest_first(tmp_path: Path) -> None:
    first, second = keep(tmp_path, made_result(5)), keep(tmp_path, replace(made_result(1), is_whole=False))
    lines = ask(tmp_path).splitlines()
    assert [line.split()[0] for line in lines[1:]] == [second, first]
    assert lines[1].endswith("swings on ACME, 2024-03-01 to 2024-03-01 (stopped early)")


def test_a_kept_result_is_shown_and_written_in_every_form(tmp_path: Path) -> None:
    id_ = keep(tmp_path, made_result(5))
    html, values, folder = tmp_path / "out.html", tmp_path / "out.json", tmp_path / "csv"
    text = ask(tmp_path, id_, "--html", str(html), "--json", str(values), "--csv", str(folder))
    assert text.startswith("Backtest of swings on ACME\n")
    assert html.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert json.loads(values.read_text(encoding="utf-8")) == json.loads(json.dumps(made_result(5).to_values()))
    assert len(list(folder.iterdir())) == 4
    assert ask(tmp_path, str(values)) == text


def test_two_are_compared_one_of_them_a_file(tmp_path: Path) -> None:
    id_, html = keep(tmp_path, made_result(5)), tmp_path / "both.html"
    other = tmp_path / "other.json"
    other.write_text(json.dumps(made_result(5, bars=4).to_values()), encoding="utf-8")
    assert "Second: bars 4" in ask(tmp_path, id_, "--compare", str(other), "--html", str(html))
    assert "Two backtests compared" in html.read_text(encoding="utf-8")


def test_nothing_is_written_over_what_is_read_or_written(tmp_path: Path) -> None:
    kept, other = tmp_path / "kept.json", tmp_path / "other.json"
    text = json.dumps(made_result(5).to_values())
    kept.write_text(text, encoding="utf-8")
    other.write_text(text, encoding="utf-8")
    both = str(tmp_path / "both")
    for arguments in (
        ("--html", str(kept)),
        ("--compare", str(other), "--html", str(other)),
        ("--html", both, "--json", both),
    ):
        with pytest.raises(ConfigError, match="is named twice, and would be overwritten"):
            ask(tmp_path, str(kept), *arguments)
    assert (kept.read_text(encoding="utf-8"), other.read_text(encoding="utf-8")) == (text, text)
    assert not Path(both).exists()


def test_a_forgotten_result_is_gone(tmp_path: Path) -> None:
    id_ = keep(tmp_path, made_result(5))
    assert ask(tmp_path, "--forget", id_) == f"{id_} is forgotten.\n"
    with pytest.raises(ConfigError, match="There is no kept result"):
        ask(tmp_path, id_)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--html", "out.html"], "--html needs a result"),
        (["--compare", "x"], "--compare needs a result"),
        (["x", "--compare", "y", "--json", "out.json"], "--compare goes with --html"),
        (["x", "--compare", "y", "--csv", "out"], "--compare goes with --html"),
        (["x", "--forget", "y"], "--forget stands alone"),
        (["--forget", "y", "--html", "out.html"], "--forget stands alone"),
        (["20261120-1"], "There is no kept result '20261120-1'"),
        (["../../etc"], "There is no kept result"),
        (["missing.json"], "cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=sentence):
        ask(tmp_path, *arguments)
    assert not list(tmp_path.iterdir())
