"""The verb `verify`, as a person calls it, on a small session made by hand."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from database.errors import ConfigError
from database.schema_check import open_database
from orchestra.verbs.keeping.verify import run
from system_databse import system_schema
from tests.orchestra.verbs.screen import Screen

SECRET = "sk-0123456789"


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    folder.mkdir()
    store = open_database(
        folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
    )
    store.close()
    (folder / "logs").mkdir()
    return folder


def ask(session: Path, *more: str) -> tuple[int, list[str]]:
    screen = Screen()
    return run(["--data-dir", str(session), *more], screen), screen.said()


def test_a_session_without_a_trade_is_sound(session: Path) -> None:
    code, said = ask(session)
    assert code == 0
    assert said[0] == f"Checked {session}: 0 orders, 0 fills, 0 decisions."
    assert said[-1] == "Nothing is broken."


def test_a_broken_session_ends_with_one_and_a_report_in_json(session: Path) -> None:
    with closing(sqlite3.connect(session / "system.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    out = session.parent / "out.json"
    code, said = ask(session, "--json", str(out))
    assert code == 1
    assert said[-1] == "1 finding."
    values = json.loads(out.read_text(encoding="utf-8"))
    assert not values["is_clean"]
    assert [finding["invariant"] for finding in values["findings"]] == ["V7"]
    assert all(finding["sentence"] in "\n".join(said) for finding in values["findings"])


@pytest.mark.parametrize("how", ["--secret", "--env"])
def test_a_secret_in_the_log_is_found(how: str, session: Path) -> None:
    env = session.parent / "keys.env"
    env.write_text(f"ALPACA_SECRET_KEY={SECRET}\nAPP_MODE=PAPER\n", encoding="utf-8")
    (session / "logs" / "orchestrator.log").write_text(f"key {SECRET}, mode PAPER\n", encoding="utf-8")
    code, said = ask(session, how, SECRET if how == "--secret" else str(env))
    assert code == 1
    assert SECRET not in "\n".join(said)
    assert any("stands in" in line for line in said)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--data-dir", ""), "--data-dir is empty"),
        (("--data-dir", "/nowhere/at/all"), "There is no /nowhere/at/all/system.db"),
        (("--env", "/nowhere/.env", "--demo"), "There is no file /nowhere/.env"),
        (("--json", "/nowhere/out.json"), "/nowhere/out.json cannot be written"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        run(arguments, Screen())
