"""The commands that bring files in and out: which directory, which sentences, and that a running AutoTrader is safe."""

from pathlib import Path

import pytest

from database.bar_store import FOR_EVER
from database.calendar_manager import MarketCalendar
from database.errors import AutoTraderError, ConfigError, StorageError
from database.files.bar_export import export_bars
from database.files.bar_file import BarFile, FileHints
from database.schema_check import open_database
from database.weather import sample_rows
from orchestra.run import run_identity
from orchestra.run.data_directory import in_folder
from orchestra.run.market_file import bars_to_read
from orchestra.run.run_identity import RunIdentity
from orchestra.runtime.directory_lock import DirectoryLock
from orchestra.verbs.bars import export_bars as export_verb
from orchestra.verbs.bars import import_bars as import_verb
from system_databse import system_schema
from tests.database.market import FRIDAY, minutes_from_open
from tests.database.weather.weather_samples import as_objects
from tests.orchestra.verbs.screen import Screen

BARS = minutes_from_open(5)
DAYS = ("--from", FRIDAY.isoformat(), "--to", FRIDAY.isoformat())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a data directory that does not exist yet, beside a file of five bars."""
    export_bars(tmp_path / "in.csv.gz", BARS)
    return tmp_path / "data"


def bring_in(folder: Path, *arguments: str, screen: Screen | None = None) -> int:
    files = arguments or (str(folder.parent / "in.csv.gz"),)
    return import_verb.run([*files, "--data-dir", str(folder)], screen or Screen())


def bring_out(folder: Path, name: str, *arguments: str, screen: Screen | None = None) -> int:
    wish = arguments or ("--ticker", "SPY", *DAYS)
    return export_verb.run([*wish, str(folder.parent / name), "--data-dir", str(folder)], screen or Screen())


def claim(folder: Path, mode: str) -> None:
    folder.mkdir()
    system = open_database(
        folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
    )
    run_identity.claim(system, RunIdentity("PA1", mode), "2026-11-20T14:30:00.000Z")
    system.close()


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.parquet"])
def test_what_is_imported_is_exported_and_imported_again(folder: Path, name: str) -> None:
    screen = Screen()
    assert bring_in(folder, screen=screen) == 0
    assert bring_out(folder, name, screen=screen) == 0
    again = folder.with_name("again")
    assert bring_in(again, str(folder.parent / name), screen=screen) == 0
    with bars_to_read(in_folder(again), MarketCalendar()) as store:
        assert store.bars_between("SPY", 0, FOR_EVER) == BARS
    assert screen.said() == [
        "in.csv.gz: 5 rows, 5 bars stored, 0 were there already.",
        f"{name}: 5 bars of SPY.",
        f"{name}: 5 rows, 5 bars stored, 0 were there already.",
    ]


@pytest.mark.requirement("S0-03")
def test_a_k_index_is_imported_in_noaas_form_once(folder: Path) -> None:
    file, screen = folder.parent / "kp.json", Screen()
    file.write_bytes(as_objects([("2017-09-08T12:00:00Z", 8.333), ("2017-09-08T15:00:00Z", 7.333)]))
    for _ in range(2):
        assert bring_in(folder, str(file), screen=screen) == 0
    assert screen.said() == [
        "kp.json: 2 readings of the K-index, 2 stored.",
        "kp.json: 2 readings of the K-index, 0 stored.",
    ]
    with bars_to_read(in_folder(folder), MarketCalendar()) as store, store.store.reader() as connection:
        assert [each.kp for each in sample_rows.between(connection, 0, FOR_EVER)] == [8.333, 7.333]


@pytest.mark.parametrize("text", ["<html>", "[]", "{}"])
def test_a_json_without_a_k_index_is_refused_before_anything_is_stored(folder: Path, text: str) -> None:
    file = folder.parent / "kp.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"kp\.json holds no K-index"):
        bring_in(folder, str(folder.parent / "in.csv.gz"), str(file))
    assert not folder.exists()


def test_export_has_the_days_and_tickers_asked_for_by_ticker_then_time(folder: Path) -> None:
    other = minutes_from_open(2, symbol="AAA")
    export_bars(folder.parent / "more.csv", other)
    bring_in(folder, str(folder.parent / "in.csv.gz"), str(folder.parent / "more.csv"))
    bring_out(folder, "out.csv", "--ticker", "SPY", "AAA", *DAYS)
    assert list(BarFile(folder.parent / "out.csv", FileHints()).bars()) == [*other, *BARS]
    with pytest.raises(ConfigError, match="no bars of SPY from 2026-11-18 to 2026-11-19: download"):
        bring_out(folder, "none.csv", "--ticker", "SPY", "--from", "2026-11-18", "--to", "2026-11-19")
    assert not (folder.parent / "none.csv").exists()


def test_hints_reach_the_files(folder: Path) -> None:
    screen = Screen()
    path = folder.parent / "plain.csv"
    path.write_text("date,time,o,h,l,c,v\n2026-11-20,09:30,1,2,1,2,3\n2026-11-20,09:31,1,2,3,2,3\n")
    bring_in(folder, str(path), "--symbol", "AAA", "--time-zone", "America/New_York", screen=screen)
    told = screen.said()
    assert told[0] == "plain.csv: 2 rows, 1 bars stored, 0 were there already."
    assert told[1] == "1 refused: 1 impossible bar"
    assert told[2].startswith("  plain.csv, line 3: AAA: open 1.0")
    with bars_to_read(in_folder(folder), MarketCalendar()) as store:
        assert [bar.ts for bar in store.bars_between("AAA", 0, FOR_EVER)] == [BARS[0].ts]


def test_running_autotrader_keeps_its_bars_to_itself_but_they_may_be_read(folder: Path) -> None:
    bring_in(folder)
    lock = DirectoryLock(folder / "lock")
    lock.take()
    with pytest.raises(ConfigError, match="Another AutoTrader or exchange is using"):
        bring_in(folder)
    assert bring_out(folder, "out.csv") == 0
    lock.release()
    assert bring_in(folder) == 0


def test_directory_of_a_demo_or_replay_takes_no_real_bars(folder: Path) -> None:
    claim(folder, "DEMO")
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(ConfigError, match="holds a demo or a replay"):
        bring_in(folder)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_directory_of_an_account_takes_them(folder: Path) -> None:
    claim(folder, "PAPER")
    assert bring_in(folder) == 0


def test_one_bad_header_refuses_all_files_before_anything_is_made(folder: Path) -> None:
    (folder.parent / "bad.csv").write_text("a,b\n")
    with pytest.raises(ConfigError, match=r"bad\.csv: the first line must name the columns"):
        bring_in(folder, str(folder.parent / "in.csv.gz"), str(folder.parent / "bad.csv"))
    assert not folder.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--time-zone", "Mars"], "'Mars' is no time zone"),
        (["--time-zone", "../etc"], "is no time zone"),
        (["--symbol", "a b"], "is no ticker"),
        (["--what"], "Unrecognized arguments: --what"),
        (["missing.csv"], "missing.csv: cannot be read"),
    ],
)
def test_import_that_cannot_be_is_refused_in_one_sentence(folder: Path, arguments: list[str], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        bring_in(folder, str(folder.parent / "in.csv.gz"), *arguments)
    assert words in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "kind", "words"), [("out.txt", ConfigError, "must end with"), ("none/out.csv", ConfigError, "be written")]
)
def test_export_that_cannot_be_is_refused(folder: Path, name: str, kind: type[AutoTraderError], words: str) -> None:
    bring_in(folder)
    with pytest.raises(kind, match=words):
        bring_out(folder, name)


def test_export_without_days_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"Name the days with --from 2024-01-02 and --to 2024-01-31\."):
        bring_out(folder, "out.csv", "--ticker", "SPY", "--from", "2026-11-20")


def test_directory_without_bars_or_with_a_damaged_file_is_refused_and_left_alone(folder: Path) -> None:
    with pytest.raises(ConfigError, match="download or import some"):
        bring_out(folder, "out.csv")
    assert not folder.exists()
    folder.mkdir()
    (folder / "market.db").write_bytes(b"no database at all")
    for act in (lambda: bring_in(folder), lambda: bring_out(folder, "out.csv")):
        with pytest.raises(StorageError, match="is no SQLite database"):
            act()
    assert [path.name for path in folder.iterdir()] == ["market.db"]
