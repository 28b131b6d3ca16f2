"""The owner's PIN and preferences at the engine's counters: kept on disk, told on the board."""

from orchestra.messages.commands import ChangePin, Refusal, SetPreferences
from system_databse.control import preference_rows
from system_databse.rows import settings
from tests.orchestra.owner_house import OwnerHouse


def test_preferences_are_on_disk_and_on_the_board(house: OwnerHouse) -> None:
    answer = house.give(SetPreferences({"scale": 150}))
    assert answer.refusal is None
    assert house.give(SetPreferences({"dim_minutes": 0})).refusal is None
    with house.stores.system.reader() as connection:
        assert preference_rows.chosen(connection) == {"scale": 150, "dim_minutes": 0}
    assert house.board.snapshot is not None
    assert house.board.snapshot.preferences.scale == 150


def test_one_that_cannot_be_kept_keeps_none(house: OwnerHouse) -> None:
    answer = house.give(SetPreferences({"scale": 150, "timezone": "Nowhere/Else"}))
    assert answer.refusal is Refusal.INVALID
    with house.stores.system.reader() as connection:
        assert preference_rows.chosen(connection) == {}


def test_a_changed_pin_takes_the_place_of_the_one_there_is(house: OwnerHouse) -> None:
    assert house.give(ChangePin("another digest")).refusal is None
    assert house.give(ChangePin("")).refusal is Refusal.INVALID
    with house.stores.system.reader() as connection:
        assert settings.get(connection, settings.PIN_HASH) == "another digest"


def test_without_a_pin_there_is_none_to_change(lock_step: OwnerHouse) -> None:
    assert lock_step.give(ChangePin("a digest")).refusal is Refusal.CONFLICT
