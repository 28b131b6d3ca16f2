"""propose: checked, by the running program only, on disk before it is said, stored once; it trades nothing."""

import json
from pathlib import Path

import pytest

from database.bar import MINUTE
from database.errors import ConfigError
from orchestra.parts.control_side import command_of
from orchestra.verbs.control.propose import propose, run
from system_databse.door.wish_rows import PROPOSE, Wish
from tests.orchestra.api.api_house import MovedClock
from tests.orchestra.controlled_house import AT, ControlledHouse
from tests.orchestra.owner_house import OPEN
from tests.orchestra.verbs.control.directory import RunningClock, door_of, idle_place, running
from tests.orchestra.verbs.screen import Screen

GOOD = ("--algorithm", "1", "--action", "buy", "--shares", "10")
BODY = {
    "algorithm_id": 1,
    "action": "buy",
    "shares": 10,
    "confidence": 0.7,
    "reason": "earnings",
    "source": "ai",
    "metadata": {"ai_model": "x"},
}


def test_without_a_running_program_it_is_refused_and_nothing_is_left_behind(tmp_path: Path, screen: Screen) -> None:
    idle_place(tmp_path)
    with pytest.raises(ConfigError, match="not running"):
        run([*GOOD, "--data-dir", str(tmp_path)], screen)
    assert not (tmp_path / "door.db").exists()


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (["--shares", "0"], "--shares 0 cannot be"),
        (["--shares", "-5"], "--shares -5 cannot be"),
        (["--shares", "1000001"], "cannot be"),
        (["--confidence", "1.5"], "0 to 1"),
        (["--confidence", "nan"], "0 to 1"),
        (["--reason", "x" * 501], "500 characters"),
        (["--reason", "two\nlines"], "plain text"),
        (["--metadata", "[1]"], "JSON object"),
        (["--metadata", '{"x": NaN}'], "JSON object"),
        (["--metadata", json.dumps({"x": "y" * 4000})], "4000 characters"),
        (["--algorithm", "9"], "no algorithm 9"),
        (["--symbol", "SPY"], "trades ACME, not SPY"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    tmp_path: Path, screen: Screen, words: list[str], refusal: str
) -> None:
    idle_place(tmp_path)
    with running(tmp_path), pytest.raises(ConfigError, match=refusal):
        run([*GOOD, *words, "--data-dir", str(tmp_path)], screen)
    assert not (tmp_path / "door.db").exists()


@pytest.mark.requirement("S1-27")
def test_the_running_program_stores_it_once_and_trades_nothing(
    house: ControlledHouse, screen: Screen, clock: RunningClock
) -> None:
    assert house.owner.start_algorithm("idle") == 1
    house.owner.minute_at(OPEN + MINUTE)
    with running(house.owner.folder) as place:
        assert propose(place, BODY, screen=screen, symbol="acme", clock=clock) == 0
        assert screen.said()[0].startswith("Proposed: buy 10 shares for algorithm 1.")
        assert propose(place, BODY, screen=screen, clock=clock) == 1
    assert screen.said()[-1] == "The same is proposed already: it waits as number 1."
    house.restart()
    house.pass_once()
    house.owner.minute_at(OPEN + 2 * MINUTE)
    rows = house.owner.rows("SELECT source, action, signal_type, status, quantity, reason, metadata FROM signals")
    assert rows == [("ai", "proposed", "buy", "PENDING", 10.0, "earnings", '{"ai_model": "x"}')]
    assert house.owner.rows("SELECT * FROM orders") == []


def test_a_program_that_is_busy_is_left_the_wish(house: ControlledHouse, screen: Screen) -> None:
    house.owner.start_algorithm("idle")
    with running(house.owner.folder) as place:
        assert propose(place, BODY, screen=screen, clock=MovedClock()) == 0
    assert screen.said()[0].startswith("Stored.")
    with door_of(house.owner.folder) as door:
        assert [wish.act for wish in door.wishes()] == [PROPOSE]
    house.pass_once()
    assert house.owner.rows("SELECT status FROM signals") == [("PENDING",)]


def test_what_was_proposed_long_before_is_not_told_as_new(house: ControlledHouse) -> None:
    house.owner.start_algorithm("idle")
    house.owner.clock.put(OPEN + 90 * MINUTE)
    house.wish("old", PROPOSE, json.dumps(BODY))
    house.pass_once()
    assert house.owner.rows("SELECT * FROM signals") == []
    assert house.owner.rows("SELECT value FROM settings WHERE key = 'wish:old'") == [
        ("It was proposed more than an hour ago.",)
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm_id": "1"},
        {"algorithm_id": True},
        {"metadata": []},
        {"action": "short"},
        {"source": "broker"},
        {"shares": "many"},
        {"confidence": "sure"},
        {"confidence": [1]},
    ],
)
def test_a_wish_that_makes_no_sense_is_no_command(change: dict[str, object]) -> None:
    assert command_of(Wish("w", AT, "me", PROPOSE, json.dumps({**BODY, **change}))) is None
    assert command_of(Wish("w", AT, "me", PROPOSE, json.dumps(BODY))) is not None
