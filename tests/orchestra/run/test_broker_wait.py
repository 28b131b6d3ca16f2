"""A service waits for the network at its start; a person at a terminal is told."""

import pytest

from database.errors import ConfigError
from orchestra.run.broker_wait import AGAIN_SECONDS, wait_for_broker
from orchestra.runtime.process.service_notifier import ServiceNotifier
from orchestra.runtime.process.stop_switch import StoppedWhileStarting
from orchestra.worlds import BrokerAway


class Manager(ServiceNotifier):
    """A service manager, or none; what it hears."""

    def __init__(self, *, is_there: bool) -> None:
        super().__init__(None)
        self._is_there = is_there
        self.told: list[str] = []

    @property
    def is_heard(self) -> bool:
        return self._is_there

    def _tell(self, *lines: str) -> None:
        self.told.append(lines[0])


class Broker:
    """Away for a number of questions, then there, or refusing the keys."""

    def __init__(self, away: int, error: ConfigError | None = None) -> None:
        self._away = away
        self._error = error
        self.asked = 0

    def open(self) -> str:
        self.asked += 1
        if self.asked <= self._away:
            raise BrokerAway("Alpaca cannot be reached.")
        if self._error:
            raise self._error
        return "the world"


@pytest.mark.parametrize("away", [0, 1, 500])
def test_service_waits_until_the_broker_answers(away: int) -> None:
    broker, manager, slept = Broker(away), Manager(is_there=True), list[float]()
    assert wait_for_broker(broker.open, manager, slept.append) == "the world"
    assert slept == [AGAIN_SECONDS] * away
    assert manager.told == ["EXTEND_TIMEOUT_USEC=120000000"] * away


def test_person_at_a_terminal_is_told_at_once() -> None:
    broker = Broker(5)
    with pytest.raises(BrokerAway):
        wait_for_broker(broker.open, Manager(is_there=False), lambda _seconds: None)
    assert broker.asked == 1


def test_keys_that_are_refused_are_not_tried_for_ever() -> None:
    broker = Broker(2, ConfigError("Alpaca refuses the keys."))
    with pytest.raises(ConfigError, match="refuses the keys"):
        wait_for_broker(broker.open, Manager(is_there=True), lambda _seconds: None)
    assert broker.asked == 3


def test_stop_ends_the_wait() -> None:
    def stopped(_seconds: float) -> None:
        raise StoppedWhileStarting("SIGTERM")

    with pytest.raises(StoppedWhileStarting):
        wait_for_broker(Broker(5).open, Manager(is_there=True), stopped)
