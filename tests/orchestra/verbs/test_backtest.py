"""The verb `backtest`, as a person calls it."""

import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from database.errors import AutoTraderError, ConfigError, StorageError
from database.files.bar_export import export_bars
from orchestra.backtest.jobs.shelf import RESULT, Shelf
from orchestra.backtest.result import BacktestResult
from orchestra.verbs.backtest import play_and_keep, run, write_text
from orchestra.verbs.person.arguments import add_request, parser_for, request_of
from orchestra.verbs.person.cancel_switch import CancelSwitch
from tests.orchestra.backtest.made_run import SWINGS, weekdays
from tests.orchestra.backtest.played_house import made_columns, strategy
from tests.orchestra.verbs.screen import Screen
from tests.source_tree import ROOT

pytestmark = pytest.mark.usefixtures("own_signals")
SAMPLE = ROOT / "tests" / "samples" / "two_made_up_days.csv"


def wishes(folder: Path) -> list[str]:
    algorithm = strategy(folder, SWINGS, name="swings")
    return ["--algorithm", str(algorithm), "--ticker", "ACME", "--capital", "20000", "--data", str(SAMPLE)]


def ask(folder: Path, *more: str) -> tuple[int, Screen]:
    screen = Screen()
    return run([*wishes(folder), "--results", str(folder / "kept"), *more], screen), screen


def test_a_backtest_is_told_kept_and_written_where_asked(tmp_path: Path) -> None:
    json_file, html_file, csv_folder = tmp_path / "out.json", tmp_path / "out.html", tmp_path / "new" / "csv"
    code, screen = ask(tmp_path, "--json", str(json_file), "--html", str(html_file), "--csv", str(csv_folder))
    assert code == 0
    (listing,) = Shelf(tmp_path / "kept").listings()
    kept = Shelf(tmp_path / "kept").result(listing.id)
    written = json.loads(json_file.read_text(encoding="utf-8"))
    assert BacktestResult.from_values(written) == kept
    assert kept.fills
    assert {"fills", "metrics", "assumptions"} <= written.keys()
    assert "<html" in html_file.read_text(encoding="utf-8")
    assert (csv_folder / "fills.csv").is_file()
    text = "\n".join(screen.said())
    assert "Past results do not predict future ones" in text
    assert screen.said()[-1].startswith(f"Kept as {listing.id}")


def test_what_shall_not_be_kept_is_not(tmp_path: Path) -> None:
    code, screen = ask(tmp_path, "--no-keep")
    assert code == 0
    assert not (tmp_path / "kept").exists()
    assert "Kept as" not in "\n".join(screen.said())


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--json", "none/out.json"), "name another file"),
        (("--html", "."), "name another file"),
        (("--csv", __file__), "name another one for --csv"),
        (("--json", "{folder}/out", "--html", "{folder}/out"), "named twice"),
        (("--json", "{folder}/swings.py"), "named twice"),
        (("--results", ""), "--results is empty"),
        (("--results", __file__), "name another --results"),
        (("--from", "2030-01-01"), "check --from and --to"),
        (("--param", "bars=1000"), "bars must be a whole number from 2 to 50"),
        (("--param", "bars=" + "9" * 400), "bars must be a whole number"),
    ],
)
def test_what_cannot_be_leaves_nothing(tmp_path: Path, more: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(AutoTraderError, match=sentence):
        ask(tmp_path, "--json", str(tmp_path / "out.json"), *(each.format(folder=tmp_path) for each in more))
    assert not (tmp_path / "out.json").exists()
    assert not any((tmp_path / "kept").glob("*"))
    assert not any((tmp_path / "kept").glob(".*"))


def test_days_without_a_bar_are_told(tmp_path: Path) -> None:
    columns = made_columns("ACME", [date(2024, 6, 11), date(2024, 6, 13)])
    bars = tmp_path / "gap.csv"
    export_bars(bars, [columns.bar(at) for at in range(len(columns))])
    wanted = [*wishes(tmp_path)[:-1], str(bars), "--no-keep"]
    for days, sentence in (
        ((), "! 1 of 3 sessions asked for has no bar, the first on 2024-06-12."),
        (("--from", "2024-06-03", "--to", "2024-06-14"), "! 8 of 10 sessions asked for have no bar, the first on"),
    ):
        screen = Screen()
        assert run([*wanted, *days], screen) == 0
        assert sentence in "\n".join(screen.said())


def test_a_ticker_without_a_bar_in_the_days_has_no_report(tmp_path: Path) -> None:
    made = [made_columns("ACME", [date(2024, 6, 11)]), made_columns("BETA", [date(2024, 6, 13)])]
    bars = tmp_path / "two.csv"
    export_bars(bars, [columns.bar(at) for columns in made for at in range(len(columns))])
    wanted = [*wishes(tmp_path)[:-1], str(bars), "--no-keep"]
    with pytest.raises(ConfigError, match="There are no bars of ACME in the days asked for: check --from and --to"):
        run([*wanted, "--from", "2024-06-12"], Screen())


def test_an_exported_parquet_file_is_to_be_imported_first(tmp_path: Path) -> None:
    columns = made_columns("ACME", [date(2024, 6, 11)])
    bars = tmp_path / "bars.parquet"
    export_bars(bars, [columns.bar(at) for at in range(len(columns))])
    with pytest.raises(ConfigError, match=r"bars\.parquet: is a parquet file: import it first"):
        run([*wishes(tmp_path)[:-1], str(bars), "--no-keep"], Screen())


@pytest.mark.parametrize("is_set", [True, False])
def test_a_run_that_is_ended_early_is_kept_and_says_so(tmp_path: Path, is_set: bool) -> None:
    parser, switch = parser_for("backtest", ""), CancelSwitch()
    add_request(parser)
    switch.is_set = is_set
    shelf = Shelf(tmp_path / "kept")
    request = request_of(parser.parse_args(wishes(tmp_path)))
    result, id_ = play_and_keep(request, Screen(), shelf=shelf, switch=switch, limit_seconds=5.0)
    assert result.is_whole is not is_set
    assert id_ is not None
    assert shelf.listings()[0].head["is_whole"] is not is_set


class FullShelf(Shelf):
    """Runs begin here, and then there is no room for a result."""

    def begin(self, now):  # type: ignore[no-untyped-def]
        begun = super().begin(now)
        (begun / RESULT).mkdir()
        return begun


def test_a_result_that_cannot_be_kept_is_shown_all_the_same(tmp_path: Path) -> None:
    parser, screen = parser_for("backtest", ""), Screen()
    add_request(parser)
    request = request_of(parser.parse_args(wishes(tmp_path)))
    shelf = FullShelf(tmp_path / "kept")
    result, id_ = play_and_keep(request, screen, shelf=shelf, switch=CancelSwitch(), limit_seconds=5.0)
    assert (result.is_whole, id_) == (True, None)
    assert "could not be kept" in screen.errors.getvalue()  # type: ignore[attr-defined]
    assert list((tmp_path / "kept").iterdir()) == []


def test_an_output_that_cannot_be_written_in_the_end_is_told(tmp_path: Path) -> None:
    write_text(None, "nothing")
    with pytest.raises(StorageError, match="repeat the command"):
        write_text(tmp_path, "text")


def test_an_unknown_argument_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="see --help"):
        ask(tmp_path, "--jsn", "x")


def test_ctrl_c_ends_it_with_a_report_of_what_was_played(tmp_path: Path) -> None:
    body = SWINGS.replace(
        "            closes =", "            __import__('time').sleep(0.002)\n            closes =", 1
    )
    days = write_days(tmp_path / "days.csv", 40)
    algorithm = strategy(tmp_path, body, name="slow")
    wanted = ["--algorithm", str(algorithm), "--ticker", "ACME", "--capital", "20000", "--data", str(days)]
    command = [sys.executable, "orchestrator.py", "backtest", *wanted, "--results", str(tmp_path / "kept")]
    screen, theirs = os.openpty()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, text=True)
    os.close(theirs)
    with os.fdopen(screen, "rb", buffering=0) as shown:
        seen = b""
        while b"left" not in seen:
            seen += shown.read(100)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert re.search(rb"\d% .* of 15,600 minutes  2024-03-\d\d  about \d+:\d\d left", seen)
    assert "Kept as" in text
    (listing,) = Shelf(tmp_path / "kept").listings()
    assert listing.head["is_whole"] is False
    assert 1 <= len(Shelf(tmp_path / "kept").result(listing.id).days) < 40


def write_days(path: Path, count: int) -> Path:
    """Write a file of made-up minutes."""
    columns = made_columns("ACME", weekdays(date(2024, 3, 1), count))
    lines = [
        f"ACME,{datetime.fromtimestamp(columns.times[row], UTC):%Y-%m-%dT%H:%M:%SZ},{columns.opens[row]},"
        f"{columns.highs[row]},{columns.lows[row]},{columns.closes[row]},{columns.volumes[row]:.0f}"
        for row in range(len(columns))
    ]
    path.write_text("symbol,timestamp,open,high,low,close,volume\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path
