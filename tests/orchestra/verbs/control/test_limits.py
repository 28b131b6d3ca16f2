"""limits and unlock: shown, set and lifted, by the running program or without one; failed logins forgotten."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.api.auth.lockout import Lockout
from orchestra.api.auth.peer import Peer
from orchestra.verbs.control import limits, unlock
from orchestra.verbs.control.limits import change
from system_databse.control.limit import Limit, LimitName
from tests.orchestra.api.api_house import MovedClock
from tests.orchestra.controlled_house import ControlledHouse
from tests.orchestra.verbs.control.directory import RunningClock, door_of, idle_place, running
from tests.orchestra.verbs.screen import Screen


def test_limits_are_set_shown_and_lifted_without_a_program(tmp_path: Path, screen: Screen) -> None:
    idle_place(tmp_path)
    where = ["--data-dir", str(tmp_path)]
    assert limits.run(where, screen) == 0
    assert screen.said()[-1].startswith("Nothing is limited.")
    assert limits.run(["set", "max_trade_value", "$10,000", *where], screen) == 0
    assert limits.run(["set", "daily_loss_percent", "3%", "--algorithm", "1", *where], screen) == 0
    assert [line.split(":")[0].split() for line in screen.said()[-2:]] == [
        ["max_trade_value", "10,000", "all", "together"],
        ["daily_loss_percent", "3", "algorithm", "1"],
    ]
    assert limits.run(["lift", "max_trade_value", *where], screen) == 0
    assert len([line for line in screen.said() if line.startswith("max_trade_value")]) == 2
    assert screen.said()[-1].startswith("daily_loss_percent")


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (["set"], "is no limit: name one of"),
        (["set", "nonsense", "1"], "is no limit: name one of"),
        (["set", "daily_loss"], "is no number"),
        (["set", "daily_loss", "much"], "is no number"),
        (["set", "daily_loss", "0"], "more than 0"),
        (["set", "orders_per_day", "1.5"], "whole number"),
        (["lift", "daily_loss", "1"], "without a value"),
        (["set", "daily_loss", "1", "--algorithm", "9"], "There is no algorithm 9"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    tmp_path: Path, screen: Screen, words: list[str], refusal: str
) -> None:
    place = idle_place(tmp_path)
    with pytest.raises(ConfigError, match=refusal):
        limits.run([*words, "--data-dir", str(tmp_path)], screen)
    limits.show(place, screen)
    assert screen.said()[-1].startswith("Nothing is limited.")


def test_the_running_program_takes_a_limit_over_and_refuses_what_it_does_not_know(
    house: ControlledHouse, screen: Screen, clock: RunningClock
) -> None:
    limit = Limit(LimitName.MAX_POSITION_SHARES, Decimal(4))
    with running(house.owner.folder) as place:
        assert change(place, limit, screen=screen, clock=clock) == 0
        assert house.owner.engine.order_side.limits.in_force == [limit]
        assert screen.said()[-1].startswith("max_position_shares")
        assert change(place, Limit(LimitName.DAILY_LOSS, Decimal(1), 99), screen=screen, clock=clock) == 1
        assert screen.said()[-1] == "There is no algorithm 99."
        assert change(place, limit, screen=screen, is_lifted=True, clock=clock) == 0
        assert house.owner.engine.order_side.limits.in_force == []
        assert change(place, limit, screen=screen, clock=MovedClock()) == 0
        assert "busy" in screen.said()[-1]


def test_unlock_forgets_every_failed_login(tmp_path: Path, screen: Screen) -> None:
    idle_place(tmp_path)
    now = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    peers = [Peer("127.0.0.1", is_loopback=True, source="loopback"), Peer("10.0.0.2", is_loopback=False, source="lan")]
    with door_of(tmp_path) as door:
        for peer in peers:
            for _ in range(9):
                Lockout(door).charge(peer, now)
            assert Lockout(door).wait_seconds(peer, now)
    assert unlock.run(["--data-dir", str(tmp_path)], screen) == 0
    assert screen.said() == ["Unlocked: the failed logins of 3 sources are forgotten."]
    with door_of(tmp_path) as door:
        assert [Lockout(door).wait_seconds(peer, now) for peer in peers] == [0, 0]
    unlock.run(["--data-dir", str(tmp_path)], screen)
    assert screen.said()[-1] == "Nobody was locked out."
