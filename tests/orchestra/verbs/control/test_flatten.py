"""flatten: confirmed, by the running program only, halted first and taken up once."""

from pathlib import Path

import pytest

from database.bar import MINUTE
from database.errors import ConfigError
from orchestra.api.stored_halt import stored_halt
from orchestra.verbs.control.flatten import flatten, run
from tests.orchestra.api.api_house import MovedClock
from tests.orchestra.controlled_house import ControlledHouse
from tests.orchestra.owner_house import OPEN
from tests.orchestra.verbs.control.directory import RunningClock, door_of, idle_place, running
from tests.orchestra.verbs.screen import Screen


def test_without_yes_nothing_happens(tmp_path: Path, screen: Screen) -> None:
    idle_place(tmp_path)
    with pytest.raises(ConfigError, match="--yes"):
        run(["--data-dir", str(tmp_path)], screen)
    assert not (tmp_path / "door.db").exists()


def test_without_a_running_program_it_is_refused_and_nothing_is_left_behind(tmp_path: Path, screen: Screen) -> None:
    idle_place(tmp_path)
    with pytest.raises(ConfigError, match="not running"):
        run(["--data-dir", str(tmp_path), "--yes"], screen)
    assert not (tmp_path / "door.db").exists()


@pytest.mark.requirement("S2-38")
def test_the_running_program_sells_everything_and_the_verb_says_so(
    house: ControlledHouse, screen: Screen, clock: RunningClock
) -> None:
    house.owner.start_algorithm("buyer")
    house.owner.minute_at(OPEN + MINUTE)
    house.owner.fill()
    house.owner.exchange_to(OPEN + 2 * MINUTE)
    with running(house.owner.folder) as place:
        assert flatten(place, screen, clock) == 0
    assert screen.said()[0].startswith("Everything is being sold")
    assert house.halt.halt is not None
    assert house.halt.halt.reason == "everything is being sold"
    house.owner.fill()
    assert house.owner.account_position() == 0


def test_a_program_that_is_busy_is_left_the_wish_and_stays_halted(house: ControlledHouse, screen: Screen) -> None:
    with running(house.owner.folder) as place:
        assert flatten(place, screen, MovedClock()) == 0
    assert "busy" in screen.said()[0]
    with door_of(house.owner.folder) as door:
        assert stored_halt(door) is not None
        assert len(door.wishes()) == 1
