"""halt, stop-entries, resume: beside a running program and without one, kept until the owner takes them back."""

from importlib import import_module
from pathlib import Path

import pytest

from database.bar import MINUTE
from database.errors import ConfigError
from orchestra.api.stored_halt import stored_halt
from orchestra.messages.halt import HaltKind
from orchestra.verbs.control import halt, limits, resume, stop_entries, unlock
from orchestra.verbs.verb_list import VERBS
from system_databse.door import wish_rows
from system_databse.door.wish_rows import Wish
from tests.orchestra.controlled_house import ControlledHouse
from tests.orchestra.owner_house import OPEN
from tests.orchestra.verbs.control.directory import door_of, idle_place, running
from tests.orchestra.verbs.screen import Screen


@pytest.mark.parametrize(
    ("verb", "kind", "words"),
    [(halt, HaltKind.STOP_ALL, "All stopped"), (stop_entries, HaltKind.STOP_ENTRIES, "Buying is stopped")],
)
def test_without_a_program_the_next_start_is_halted_until_resumed(
    tmp_path: Path, screen: Screen, verb, kind: HaltKind, words: str
) -> None:  # type: ignore[no-untyped-def]
    idle_place(tmp_path)
    assert verb.run(["--data-dir", str(tmp_path), "--reason", "the\nnews"], screen) == 0
    assert screen.said()[0].startswith(words)
    assert "not running" in screen.said()[1]
    with door_of(tmp_path) as door:
        stored = stored_halt(door)
    assert stored is not None
    assert (stored.kind, stored.by) == (kind, "the command line")
    assert "\n" not in stored.reason
    assert "news" in stored.reason
    assert resume.run(["--data-dir", str(tmp_path)], screen) == 0
    assert f"by the command line ({stored.reason})" in screen.said()[2]
    with door_of(tmp_path) as door:
        assert stored_halt(door) is None
    resume.run(["--data-dir", str(tmp_path)], screen)
    assert screen.said()[-1] == "Nothing was halted."


def test_a_running_program_is_halted_before_its_next_minute_and_resumed(house: ControlledHouse, screen: Screen) -> None:
    folder, id_ = house.owner.folder, house.owner.start_algorithm()
    with running(folder):
        halt.run(["--data-dir", str(folder)], screen)
        assert "within a second" in screen.said()[-1]
        house.owner.minute_at(OPEN + MINUTE)
        assert house.owner.rows("SELECT gate FROM decisions") == [("HALTED",)]
        resume.run(["--data-dir", str(folder)], screen)
        house.pass_once()
        house.owner.minute_at(OPEN + 2 * MINUTE)
        house.owner.fill()
    assert house.owner.position(id_) == 5


def test_halting_again_keeps_the_first_and_halting_all_goes_beyond_stopped_entries(
    tmp_path: Path, screen: Screen
) -> None:
    idle_place(tmp_path)
    where = ["--data-dir", str(tmp_path)]
    stop_entries.run([*where, "--reason", "first"], screen)
    halt.run([*where, "--reason", "second"], screen)
    assert not any("halted already" in line for line in screen.said())
    stop_entries.run([*where, "--reason", "third"], screen)
    assert screen.said()[-3].startswith("It was halted already, since 20")
    assert screen.said()[-2].startswith("All stopped")
    with door_of(tmp_path) as door:
        stored = stored_halt(door)
    assert stored is not None
    assert (stored.kind, stored.reason) == (HaltKind.STOP_ALL, "second")


def test_every_act_is_noted_down_with_what_came_of_it(tmp_path: Path, screen: Screen) -> None:
    idle_place(tmp_path)
    where = ["--data-dir", str(tmp_path)]
    for verb, words in ((halt, []), (halt, []), (resume, []), (unlock, []), (limits, ["set", "daily_loss", "5"])):
        verb.run([*words, *where], screen)
    with door_of(tmp_path) as door, door.reader() as connection:
        rows = connection.execute("SELECT principal, act, outcome FROM audit ORDER BY id").fetchall()
    assert {row[0] for row in rows} == {"the command line"}
    assert [row[1:] for row in rows] == [
        ("stop_all", "done"),
        ("stop_all", "stood already"),
        ("resume", "done"),
        ("unlock", "0 sources"),
        ("limit daily_loss", "done"),
    ]


def test_resume_takes_back_a_sale_that_nobody_has_begun_with(tmp_path: Path, screen: Screen) -> None:
    idle_place(tmp_path)
    with door_of(tmp_path) as door, door.transaction() as connection:
        wish_rows.add(connection, Wish("w1", "2026-11-20T17:00:00.000Z", "me", wish_rows.FLATTEN))
        wish_rows.add(connection, Wish("w2", "2026-11-20T17:00:00.000Z", "me", wish_rows.LIMIT))
    resume.run(["--data-dir", str(tmp_path)], screen)
    with door_of(tmp_path) as door:
        assert [wish.id for wish in door.wishes()] == ["w2"]


@pytest.mark.parametrize("verb", ["flatten", "halt", "limits", "resume", "stop-entries", "unlock"])
def test_a_folder_without_databases_is_refused_in_a_sentence_and_stays_as_it_is(
    tmp_path: Path, screen: Screen, verb: str
) -> None:
    module = import_module(f"orchestra.verbs.{VERBS[verb][0]}")
    confirmed = ["--yes"] if verb == "flatten" else []
    with pytest.raises(ConfigError, match="start AutoTrader first"):
        module.run(["--data-dir", str(tmp_path), *confirmed], screen)
    with pytest.raises(ConfigError, match="--data-dir is empty"):
        module.run(["--data-dir", "", *confirmed], screen)
    assert list(tmp_path.iterdir()) == []
