"""A system database remembers whose it is and refuses everybody else, unchanged."""

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from database.errors import ConfigError
from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from orchestra.messages.commands import StartAlgorithm
from orchestra.run import run_identity
from orchestra.run.run_identity import RunIdentity, replay_text
from system_databse import system_schema

NOW = "2026-11-20T15:00:00.000Z"
OWNER = RunIdentity("PA1", "PAPER")


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return open_database(
        tmp_path / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL"
    )


def test_first_claim_makes_an_install_id_that_stays(store: SqliteStore) -> None:
    assert not run_identity.is_claimed(store)
    install = run_identity.claim(store, OWNER, NOW)
    assert len(install) == run_identity.INSTALL_LENGTH
    assert run_identity.claim(store, OWNER, NOW) == install
    assert run_identity.is_claimed(store)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (RunIdentity("PA2", "PAPER"), "belongs to account PA1"),
        (RunIdentity("PA1", "LIVE"), "belongs to PAPER mode"),
        (RunIdentity("PA1", "PAPER", "a replay"), "belongs to PAPER trading, not to a replay"),
    ],
)
def test_everybody_else_is_refused_and_nothing_changes(store: SqliteStore, other: RunIdentity, words: str) -> None:
    install = run_identity.claim(store, OWNER, NOW)
    for refuse in (lambda: run_identity.require(store, other), lambda: run_identity.claim(store, other, NOW)):
        with pytest.raises(ConfigError, match=words):
            refuse()
    assert run_identity.claim(store, OWNER, NOW) == install


@pytest.mark.parametrize(
    ("replay", "words"), [("another replay", "belongs to a replay of other"), ("", "belongs to a replay: choose")]
)
def test_a_replays_database_is_refused_for_anything_else(store: SqliteStore, replay: str, words: str) -> None:
    run_identity.claim(store, RunIdentity("PA1", "DEMO", "a replay"), NOW)
    with pytest.raises(ConfigError, match=words):
        run_identity.require(store, RunIdentity("PA1", "DEMO", replay))


def test_the_start_of_a_demo_is_remembered(store: SqliteStore) -> None:
    assert not run_identity.has_demo_started(store)
    run_identity.start_demo(store, NOW)
    run_identity.start_demo(store, "2027-01-01T00:00:00.000Z")
    assert run_identity.has_demo_started(store)


def test_account_that_is_not_known_yet_is_not_compared(store: SqliteStore) -> None:
    run_identity.claim(store, OWNER, NOW)
    run_identity.require(store, RunIdentity("", "PAPER"))


def test_database_without_tables_belongs_to_nobody(tmp_path: Path) -> None:
    empty = SqliteStore(tmp_path / "empty.db", synchronous="NORMAL")
    run_identity.require(empty, OWNER)
    assert not run_identity.is_claimed(empty)
    assert not run_identity.has_demo_started(empty)


def test_end_of_a_replay_is_remembered(store: SqliteStore) -> None:
    assert not run_identity.has_finished(store)
    run_identity.finish(store, NOW)
    assert run_identity.has_finished(store)


def text(*, digest: str = "d", ticker: str = "SPY", capital: str = "20000", files: dict[str, str] | None = None) -> str:
    strategy = SimpleNamespace(file="sma", sha256=digest)
    return replay_text(files or {"a.csv": "1"}, [StartAlgorithm("sma", ticker, Decimal(capital))], [strategy])


def test_equal_replays_have_equal_texts() -> None:
    assert text() == text(capital="20000.00") == text(files={"elsewhere/a.csv": "1"})
    assert text(files={"a": "1", "b": "2"}) == text(files={"b": "2", "a": "1"})


def test_any_difference_makes_another_replay() -> None:
    others = [text(digest="e"), text(ticker="QQQ"), text(capital="20001"), text(files={"a.csv": "2"})]
    assert len({text(), *others}) == 5
