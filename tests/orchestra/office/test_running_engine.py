"""The engine in its own loop, and an owner on another thread who sees only the board."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from orchestra.messages.commands import Answer, Command, StartAlgorithm, StopAlgorithm
from orchestra.messages.events import StopRequested
from orchestra.messages.live_snapshot import LiveSnapshot
from tests.orchestra.owner_house import OwnerHouse, open_house

ANSWER_SECONDS = 30.0


class Owner:
    """Start an algorithm, see it buy, stop it, see its shares go, end the program."""

    def __init__(self, house: OwnerHouse) -> None:
        self.house = house

    def run(self) -> None:
        try:
            self.trade()
        finally:
            self.house.engine.inbox.put(StopRequested("the end of the test"))

    def trade(self) -> None:
        id_ = self.give(StartAlgorithm("buyer", "ACME", Decimal(10_000)), "start").values["id"]
        assert isinstance(id_, int)
        self.see(lambda snapshot: any(card.figures.shares == 5 for card in snapshot.algorithms))
        answer = self.give(StopAlgorithm(id_, is_selling=True), "stop")
        assert (answer.refusal, answer.values["shares"]) == (None, "5")
        assert self.give(StopAlgorithm(id_, is_selling=True), "stop") is answer
        gone = self.see(lambda snapshot: not snapshot.algorithms)
        assert gone.health.lag_s < 5
        self.see(lambda snapshot: snapshot.account is not None and snapshot.account.allocated == 0)

    def give(self, command: Command, command_id: str) -> Answer:
        return self.house.commands.give(command, command_id=command_id).result(ANSWER_SECONDS)

    def see(self, is_so: Callable[[LiveSnapshot], bool]) -> LiveSnapshot:
        """Wait for a snapshot that says so; each is later than the one before."""
        sequence = 0
        for _ in range(200):
            self.house.board.wait(sequence, 10**9, 0.5)
            snapshot = self.house.board.snapshot
            assert snapshot is not None
            assert snapshot.sequence >= sequence
            sequence = snapshot.sequence
            if is_so(snapshot):
                return snapshot
        raise AssertionError("the board never said so")


@pytest.mark.requirement("S2-26", "S2-83", "S2-32")
def test_commands_of_another_thread_are_carried_out_and_seen(tmp_path: Path) -> None:
    house = open_house(tmp_path, is_real=False, speed=600)
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="owner") as pool:
            done = pool.submit(Owner(house).run)
            house.engine.run()
            done.result(ANSWER_SECONDS)
        assert house.account_position() == 0
        assert house.rows("SELECT side, status FROM orders") == [("buy", "FILLED"), ("sell", "FILLED")]
    finally:
        house.close()
