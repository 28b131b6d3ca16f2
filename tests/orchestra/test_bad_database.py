"""Databases that are damaged, foreign or newer: refused by the real program, and left as they were."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.one_account_alpaca import OneAccountAlpaca
from tests.program import DAY, HEADER, KEYS, Program, assert_refused, bar_line

DATABASES = ("market.db", "system.db", "exchange.db")


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a replay that went well."""
    program = Program(tmp_path_factory.mktemp("finished"))
    finished = program.replay()
    assert finished.code == 0, finished.errors
    return program.folder / "run"


@pytest.fixture
def run_folder(program: Program, finished_run: Path) -> Path:
    return Path(shutil.copytree(finished_run, program.folder / "run"))


def execute(path: Path, *statements: str) -> None:
    """Execute and leave one file, without a write-ahead log beside it."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


def replace_with_text(path: Path) -> None:
    execute(path)
    path.write_text("dear diary\n" * 1000, encoding="utf-8")


def cut_in_half(path: Path) -> None:
    execute(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite_the_middle(path: Path) -> None:
    execute(path)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 8192))


def replace_with_another_program(path: Path) -> None:
    execute(path)
    path.unlink()
    execute(path, "CREATE TABLE recipes(dish TEXT)", "INSERT INTO recipes VALUES('soup')")


def claim_another_application(path: Path) -> None:
    execute(path, "PRAGMA application_id=123456")


def claim_a_newer_version(path: Path) -> None:
    execute(path, "PRAGMA user_version=9999")


def replace_with_a_folder(path: Path) -> None:
    execute(path)
    path.unlink()
    path.mkdir()


DAMAGES = [
    replace_with_text,
    cut_in_half,
    overwrite_the_middle,
    replace_with_another_program,
    claim_another_application,
    claim_a_newer_version,
    replace_with_a_folder,
]


@pytest.mark.requirement("S0-08")
@pytest.mark.parametrize("name", DATABASES)
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_foreign_or_newer_database_is_refused(
    program: Program, run_folder: Path, name: str, damage: Callable[[Path], None]
) -> None:
    damage(run_folder / name)
    assert_refused(program.replay(), name)


@pytest.mark.requirement("S0-08")
def test_a_database_that_lacks_a_column_is_reported_by_the_columns_name(program: Program, run_folder: Path) -> None:
    execute(run_folder / "system.db", "DROP VIEW trades", "ALTER TABLE fills DROP COLUMN source")
    finished = program.replay()
    assert "fills.source" in finished.output + finished.errors
    assert "Traceback" not in finished.output + finished.errors


@pytest.mark.parametrize("name", ["system.db", "exchange.db"])
def test_half_of_a_run_is_refused(program: Program, run_folder: Path, name: str) -> None:
    for path in run_folder.glob(f"{name}*"):
        path.unlink()
    assert_refused(program.replay(), name)


@pytest.mark.parametrize("name", ["system.db", "exchange.db"])
def test_a_run_with_an_emptied_file_is_refused_as_it_is(program: Program, run_folder: Path, name: str) -> None:
    for path in run_folder.glob(f"{name}-*"):
        path.unlink()
    (run_folder / name).write_bytes(b"")
    assert_refused(program.replay(), name, "lost")


def test_a_used_book_beside_a_system_database_of_nobody_is_refused(program: Program, run_folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(run_folder / "system.db", isolation_level=None)) as system:
        system.execute("DELETE FROM settings")
        system.execute("PRAGMA journal_mode=DELETE")
    assert_refused(program.replay(), "system.db", "lost")


def test_a_start_that_was_cut_off_before_its_first_order_is_taken_up(program: Program, run_folder: Path) -> None:
    shutil.rmtree(run_folder)
    (run_folder).mkdir()
    (run_folder / "system.db").write_bytes(b"")
    assert program.replay().code == 0


def test_the_database_of_another_account_is_refused(program: Program, run_folder: Path) -> None:
    assert program.replay(data_dir="other").code == 0
    for path in (program.folder / "other").glob("exchange.db*"):
        shutil.copy(path, run_folder / path.name)
    assert_refused(program.replay(), "account")


@pytest.mark.usefixtures("run_folder")
def test_a_replay_database_is_refused_on_a_real_account(program: Program, alpaca: OneAccountAlpaca) -> None:
    finished = program.trade("--data-dir=run", AUTOTRADER_ALPACA_BASE_URL=alpaca.url, **KEYS)
    assert_refused(finished, "DEMO")


@pytest.mark.usefixtures("run_folder")
@pytest.mark.parametrize(
    "change",
    [{"capital": "30000"}, {"algorithm": "other.py"}, {"files": ("day.csv", "beta.csv")}],
    ids=["capital", "algorithm", "one more file"],
)
def test_other_arguments_on_the_folder_of_a_run_are_refused(program: Program, change: dict[str, str]) -> None:
    (program.folder / "beta.csv").write_text(HEADER + bar_line(0, symbol="BETA"), encoding="utf-8")
    shutil.copy(program.house / "algorithm/sma_crossover.py", program.folder / "other.py")
    assert_refused(program.replay(**change), "--data-dir")


@pytest.mark.usefixtures("run_folder")
def test_a_changed_replay_file_on_the_folder_of_a_run_is_refused(program: Program) -> None:
    (program.folder / "day.csv").write_text(DAY + bar_line(60), encoding="utf-8")
    assert_refused(program.replay(), "--data-dir")


def test_the_same_command_on_a_finished_run_prints_its_summary_again(program: Program) -> None:
    first = program.replay("--summary", "first.json")
    again = program.replay("--summary", "again.json")
    assert first.code == again.code == 0, first.errors + again.errors
    summaries = [(program.folder / name).read_text(encoding="utf-8") for name in ("first.json", "again.json")]
    assert summaries[0] == summaries[1]
    assert [path for path in again.changed if path.endswith("exchange.db")] == []
