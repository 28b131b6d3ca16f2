"""The verb `doctor`, as a person calls it."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from orchestra.examination.doctor import Doctor
from orchestra.examination.network import AskedAccount
from orchestra.messages.diagnosis import Diagnosis, State
from orchestra.run.data_directory import in_folder
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.runtime.settings import Mode, Settings
from orchestra.verbs.keeping.doctor import run
from tests.orchestra.verbs.screen import Screen

KEYS = "ALPACA_API_KEY=PK0123456789\nALPACA_SECRET_KEY=verysecretindeed\n"


class Asked:
    """A broker that takes the keys."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def account(self) -> dict[str, Any]:
        return {"account_number": "PA1", "status": "ACTIVE"}

    def clock(self) -> datetime:
        return self._clock.now()


def open_asked(_settings: Settings, mode: Mode, clock: Clock) -> AskedAccount:
    assert mode is Mode.PAPER
    return Asked(clock)


def examined(folder: Path, env: str, *, is_online: bool = False, rights: int = 0o600) -> dict[str, Diagnosis]:
    (folder / ".env").write_text(env, encoding="utf-8")
    (folder / ".env").chmod(rights)
    doctor = Doctor(folder, in_folder(folder / "data"), SystemClock(), is_online=is_online, account=open_asked)
    return {each.what: each for each in doctor.examine()}


@pytest.mark.parametrize(
    ("env", "is_online", "state", "words"),
    [
        ("", True, State.OK, "none are used"),
        (KEYS, False, State.WARN, "not tried"),
        (KEYS, True, State.OK, "taken by account PA1"),
    ],
)
def test_the_broker_is_asked_only_when_it_is_wanted(
    env: str, is_online: bool, state: State, words: str, tmp_path: Path
) -> None:
    found = examined(tmp_path, env, is_online=is_online)["keys"]
    assert found.state is state
    assert words in found.sentence


@pytest.mark.parametrize(
    ("env", "words"),
    [("APP_MODE=PAPER\n", "needs ALPACA_API_KEY"), ("AUTOTRADER_PORT=high\n", "AUTOTRADER_PORT is not usable")],
)
def test_settings_that_contradict_each_other_are_bad(env: str, words: str, tmp_path: Path) -> None:
    found = examined(tmp_path, env)["settings"]
    assert found.state is State.BAD
    assert words in found.sentence


def test_a_storm_of_the_test_mode_is_told(tmp_path: Path) -> None:
    assert "space weather" not in examined(tmp_path, KEYS)
    found = examined(tmp_path, f"{KEYS}SOLAR_TEST_MODE=1\n")["space weather"]
    assert (found.state, "invents a storm" in found.sentence) == (State.WARN, True)
    live = "APP_MODE=LIVE\nALPACA_PAPER=false\nLIVE_CONFIRM=yes\nSOLAR_TEST_MODE=1\n"
    refused = examined(tmp_path, KEYS + live)["settings"]
    assert (refused.state, "remove it from .env" in refused.advice) == (State.BAD, True)


def test_keys_that_others_can_read_are_bad(tmp_path: Path) -> None:
    found = examined(tmp_path, KEYS, rights=0o644)
    assert found[".env"].state is State.BAD
    assert found["settings"].sentence == "PAPER would run"


def test_the_verb_prints_a_line_for_each_thing_and_writes_nothing(tmp_path: Path) -> None:
    screen, out = Screen(), tmp_path / "out.json"
    code = run(["--data-dir", str(tmp_path / "data"), "--json", str(out)], screen)
    values = json.loads(out.read_text(encoding="utf-8"))
    assert code == int(any(each["state"] == "bad" for each in values))
    assert len(screen.said()) == len(values) + 2
    assert all(line.endswith(".") for line in screen.said() if line)
    assert not (tmp_path / "data").exists()


def test_something_bad_ends_with_one(tmp_path: Path) -> None:
    (tmp_path / "system.db").write_text("no database at all", encoding="utf-8")
    screen = Screen()
    assert run(["--data-dir", str(tmp_path)], screen) == 1
    assert any(line.startswith("bad   trades") for line in screen.said())
