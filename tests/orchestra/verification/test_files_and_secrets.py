"""V7, V8 and hostile files: one plain sentence each, and what could be read is still checked."""

import base64
import gzip
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from database.bars import market_schema
from database.errors import ConfigError
from orchestra.paper_exchange.book import schema as exchange_schema
from orchestra.verification.findings import Invariant, Unchecked
from orchestra.verification.invariants.soundness import APPLICATION_IDS
from orchestra.verification.session_files import files_in
from orchestra.verification.verify import verify_session
from system_databse import system_schema
from system_databse.door import door_schema
from tests.orchestra.verification.patient import Patient

SECRET = "k7Qd/93+vZx=w2"
SECRETS = {"ALPACA_SECRET_KEY": SECRET}
DATABASES = {"system": system_schema, "exchange": exchange_schema, "door": door_schema, "market": market_schema}


def test_the_mark_of_each_database_is_the_programs() -> None:
    assert {name: module.APPLICATION_ID for name, module in DATABASES.items()} == APPLICATION_IDS


@pytest.mark.parametrize("database", ["system", "exchange", "market"])
def test_a_flipped_page_is_seen(database: str, patient: Patient) -> None:
    path = patient.path(database)
    pages = bytearray(path.read_bytes())
    # From the third page on, so that the file still opens.
    for at in range(3 * 4096 + 8, len(pages), 4096):
        pages[at : at + 64] = b"\xff" * 64
    path.write_bytes(pages)
    assert "V7" in patient.broken()
    assert all(finding.sentence.endswith(".") for finding in patient.findings())


def test_half_a_database_is_seen(patient: Patient) -> None:
    path = patient.path("system")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "V7" in patient.broken()


@pytest.mark.parametrize("content", [b"just some text that is no database at all", b"SQLite format 3\x00rubbish"])
@pytest.mark.parametrize("database", ["system", "exchange", "door"])
def test_a_file_that_is_no_database_is_told_in_one_sentence(content: bytes, database: str, patient: Patient) -> None:
    patient.path(database).write_bytes(content)
    assert patient.broken() == {"V7"}
    assert {finding.sentence.count(". ") for finding in patient.findings()} == {0}


def test_another_version_is_told(patient: Patient) -> None:
    with closing(sqlite3.connect(patient.path("system"))) as connection:
        connection.execute("PRAGMA user_version = 99")
    (finding,) = patient.findings()
    assert "says schema 99" in finding.sentence
    assert patient.broken() == {"V7"}


def test_a_newer_programs_database_is_told(patient: Patient) -> None:
    assert patient.broken(known_versions={"system": 1}) == {"V7"}
    assert patient.broken(known_versions={"system": 99}) == set()


@pytest.mark.parametrize("database", ["system", "exchange"])
def test_a_start_that_was_cut_off_before_the_first_table_is_no_damage(database: str, patient: Patient) -> None:
    patient.path(database).unlink()
    with closing(sqlite3.connect(patient.path(database))) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_IDS[database]}")
        connection.execute("CREATE TABLE _sqlite_migrations(id INTEGER PRIMARY KEY)")
    report = verify_session(patient.folder)
    assert report.is_clean
    assert {each.invariant for each in report.unchecked} >= {Invariant.NO_ORPHAN, Invariant.NONE_LOST}


def test_another_programs_database_is_told(patient: Patient) -> None:
    patient.path("system").unlink()
    with closing(sqlite3.connect(patient.path("system"))) as connection, connection:
        connection.execute("CREATE TABLE recipes(name TEXT)")
    assert patient.broken() == {"V7"}
    report = verify_session(patient.folder)
    assert {each.invariant for each in report.unchecked} >= {Invariant.NO_ORPHAN, Invariant.PERMISSION}


def test_a_row_that_refers_to_nothing_is_seen(patient: Patient) -> None:
    patient.damage("UPDATE signals SET algo_id = 77 WHERE id = 1")
    assert patient.broken() == {"V7"}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("UPDATE orders SET qty = 'many' WHERE id = 1", "no number"),
        ("UPDATE fills SET price = 'NaN' WHERE id = 1", "no number"),
        ("UPDATE orders SET created_at = 'yesterday' WHERE id = 1", "no time"),
        ("UPDATE recon_runs SET at = '2024-06-11' WHERE id = 1", "no time"),
    ],
)
def test_a_value_that_cannot_be_read_is_told(change: str, word: str, patient: Patient) -> None:
    patient.damage(change)
    (finding,) = patient.findings()
    assert word in finding.sentence
    assert patient.broken() == {"V7"}


def test_a_database_that_another_program_keeps_to_itself_is_told(patient: Patient) -> None:
    files = replace(files_in(patient.folder), wait_seconds=0.01)
    with closing(sqlite3.connect(files.system, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("UPDATE settings SET value = value")
        (finding,) = verify_session(files).findings
    assert "locked by another program" in finding.sentence


def test_a_database_in_use_can_be_checked(patient: Patient) -> None:
    with closing(sqlite3.connect(patient.path("system"), isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE settings SET value = value")
        assert patient.broken() == set()


@pytest.mark.parametrize("what", ["nothing", "an empty folder", "an empty file", "a file"])
def test_where_no_session_is_the_sentence_says_so(what: str, tmp_path: Path) -> None:
    folder = tmp_path / "session"
    if what in ("an empty folder", "an empty file"):
        folder.mkdir()
    if what == "an empty file":
        (folder / "system.db").touch()
    if what == "a file":
        folder.touch()
    with pytest.raises(ConfigError) as told:
        verify_session(folder)
    assert str(told.value).endswith(".")


def test_a_folder_in_the_place_of_the_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "system.db").mkdir()
    report = verify_session(tmp_path)
    assert report.broken == {"V7"}
    assert "cannot be read" in report.findings[0].sentence


def test_without_the_exchange_the_report_says_what_it_could_not_check(patient: Patient) -> None:
    patient.path("exchange").unlink()
    report = verify_session(patient.folder)
    assert report.is_clean
    wanted = {Invariant.NO_ORPHAN, Invariant.NONE_LOST, Invariant.FILLED_ALIKE, Invariant.LEDGER, Invariant.PERMISSION}
    assert {each.invariant for each in report.unchecked} == wanted | {Invariant.NO_SECRETS}
    assert "not checked: there is no exchange.db" in report.to_text()


def test_checking_writes_nothing(patient: Patient) -> None:
    before = {path: path.read_bytes() for path in patient.folder.rglob("*") if path.is_file()}
    verify_session(patient.folder, secrets=SECRETS)
    assert {path: path.read_bytes() for path in patient.folder.rglob("*") if path.is_file()} == before


def test_logs_and_databases_without_the_secret_are_clean(patient: Patient) -> None:
    assert verify_session(patient.folder, secrets=SECRETS).unchecked == ()
    assert patient.broken(secrets=SECRETS) == set()


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"key:{SECRET}".encode()).decode(),
        base64.b64encode(f"me:{SECRET}!".encode()).decode(),
        "k7Qd%2F93%2BvZx%3Dw2",
    ],
)
def test_a_secret_in_the_log_is_seen_and_not_repeated(form: str, patient: Patient) -> None:
    with (patient.folder / "logs" / "orchestrator.log").open("a", encoding="utf-8") as log:
        log.write(f"asked with {form} and was refused\n")
    report = verify_session(patient.folder, secrets=SECRETS)
    assert report.broken == {"V8"}
    assert SECRET not in report.to_text()
    assert "ALPACA_SECRET_KEY stands in" in report.to_text()


def test_a_secret_in_a_packed_log_is_seen(patient: Patient) -> None:
    with gzip.open(patient.folder / "logs" / "orchestrator.log.1.gz", "wt") as log:
        log.write(SECRET)
    assert patient.broken(secrets=SECRETS) == {"V8"}


@pytest.mark.parametrize("database", ["system", "door"])
def test_a_secret_in_a_row_is_seen(database: str, patient: Patient) -> None:
    if database == "door":
        patient.halt(SECRET)
    else:
        patient.plant("events", {"type": "x", "data": "." * 9_000 + SECRET + "." * 9_000, "ts": "2024-06-11T15:16:00Z"})
    report = verify_session(patient.folder, secrets=SECRETS)
    assert report.broken == {"V8"}
    assert "stands in table" in report.to_text()


def test_a_secret_too_short_to_look_for_is_told(patient: Patient) -> None:
    report = verify_session(patient.folder, secrets={"PIN": "1234"})
    assert report.is_clean
    assert Unchecked(Invariant.NO_SECRETS, "PIN: shorter than 8 characters") in report.unchecked
