"""An engine and its notifier: what is told of a day, what lasts over a restart, what a dead service may not do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from database.bar import MINUTE
from orchestra.messages.events import AlertRaised, RiskHalted
from orchestra.notifications.dispatcher import GATHER_SECONDS, Dispatcher
from orchestra.notifications.heartbeat import Heartbeat
from orchestra.notifications.lane import PAUSES_SECONDS
from orchestra.notifications.notification_desk import NotificationDesk, Sender
from orchestra.notifications.notifier import Notifier
from orchestra.notifications.wishes import FileWishes, WishBook
from orchestra.parts.notification_side import BLOCKED_SECONDS, NotificationSide, Telling
from system_databse.door.door_store import DoorStore
from tests.orchestra.notifications.services import MovedClock, Services
from tests.orchestra.owner_house import CLOSE, OPEN, OwnerHouse, open_house
from tests.orchestra.stream_house import until

HERE = "ntfys://here-topic"
HALT = RiskHalted("2024-07-03T13:31:00Z", "this machine")


class HandNotifier(Notifier):
    """A notifier whose thread is the test's: it works when the test says so."""

    def _begin(self) -> None:
        pass

    def work(self) -> None:
        self._turn(is_last=False)


@dataclass
class ToldHouse:
    """A house whose owner is told. machine: its own clock, beside the market's."""

    house: OwnerHouse
    folder: Path
    services: Services = field(default_factory=Services)
    machine: MovedClock = field(default_factory=MovedClock)
    addresses: tuple[str, ...] = (HERE,)

    def __post_init__(self) -> None:
        self.door = DoorStore.open(self.folder / "door.db")
        self.gates: tuple[str, ...] = ()
        self.pings: list[tuple[str, str]] = []
        self.wire()

    def wire(self) -> None:
        dispatcher = Dispatcher(self.services.send, self.machine, sender="AutoTrader", local=lambda at: at)
        self.notifier = HandNotifier(dispatcher)
        self.heartbeat = Heartbeat(self.machine, minutes=5, ping=lambda *ping: self.pings.append(ping))
        book = WishBook(self.door, FileWishes(self.addresses))
        self.desk = NotificationDesk(book, self.notifier, self.heartbeat, sender=Sender("AutoTrader", self.services, 5))
        telling = Telling(self.desk, self.notifier, self.heartbeat, self.machine, closed_gates=lambda: self.gates)
        self.side = NotificationSide(self.house.engine, self.house.stores.system, telling)
        self.pass_time(0)

    def restart(self) -> None:
        """Let the process be killed and begin anew on the same files."""
        self.house.restart()
        self.wire()

    def publish(self, event: object) -> None:
        self.house.engine.publish(event)

    def pass_time(self, seconds: float) -> None:
        """Let the machine's time pass, with passes of the engine and turns of the notifier."""
        for _ in range(max(1, int(seconds))):
            self.machine.advance(min(1, seconds))
            self.house.engine.loop._on_pass()
            self.notifier.work()

    def told(self) -> list[str]:
        return [line for text in self.services.texts() for line in text.splitlines()]

    def waiting(self) -> int:
        return int(str(self.house.rows("SELECT COUNT(*) FROM outbox WHERE done_at IS NULL")[0][0]))


@pytest.fixture
def make(quick_folder: Path) -> Iterator[Callable[..., ToldHouse]]:
    made: list[ToldHouse] = []

    def build(**options: object) -> ToldHouse:
        house = open_house(quick_folder, is_real=True)
        house.create_pin()
        made.append(ToldHouse(house, quick_folder, **options))  # type: ignore[arg-type]
        return made[-1]

    yield build
    for told in made:
        told.house.close()
        told.door.close()


@pytest.fixture
def told(make: Callable[..., ToldHouse]) -> ToldHouse:
    return make()


def test_a_halt_is_told_at_once_and_a_start_in_the_next_minute(told: ToldHouse) -> None:
    told.publish(HALT)
    told.pass_time(4)
    assert told.told() == [
        "Stopped by this machine. Nothing is bought; working buy orders are canceled; nothing was sold."
    ]
    told.pass_time(GATHER_SECONDS)
    assert told.told()[1] == "AutoTrader has started in mode PAPER, 0 algorithms running."


def test_what_is_urgent_is_on_disk_until_it_is_told_and_told_after_a_restart(told: ToldHouse) -> None:
    told.services.down = {HERE}
    told.publish(HALT)
    told.pass_time(10)
    assert told.waiting() == 1
    told.services.down = set()
    told.restart()
    told.pass_time(5)
    [line] = told.told()
    assert line.startswith("Before a restart, at 2026-11-20 17:00 UTC: Stopped by this machine.")
    assert told.waiting() == 0
    told.restart()
    told.pass_time(5)
    assert told.told() == [line]


def test_nobody_to_tell_means_nothing_kept(make: Callable[..., ToldHouse]) -> None:
    told = make(addresses=())
    told.publish(HALT)
    told.pass_time(GATHER_SECONDS)
    assert told.house.rows("SELECT * FROM outbox") == []


def test_what_the_owner_switched_off_is_not_told(told: ToldHouse) -> None:
    assert told.desk.set_loudness({"halted": "off", "started": "off"}) is None
    told.publish(HALT)
    told.pass_time(2 * GATHER_SECONDS)
    assert told.told()[:1] == ["AutoTrader has started in mode PAPER, 0 algorithms running."]
    assert not [line for line in told.told() if line.startswith("Stopped")]


def test_a_target_in_trouble_is_an_alert_on_the_screen_and_its_end_another(told: ToldHouse) -> None:
    told.services.down = {HERE}
    told.publish(HALT)
    told.pass_time(3 + sum(PAUSES_SECONDS[:2]) + 3)
    [alert] = [event for event in told.house.events if isinstance(event, AlertRaised)]
    expected = "Notices to ntfys://… do not arrive since 2026-11-20 17:00 UTC: The service did not take it."
    assert (alert.kind, alert.text) == ("notify.failed", expected)
    told.services.down = set()
    told.pass_time(sum(PAUSES_SECONDS[:4]))
    kinds = [event.kind for event in told.house.events if isinstance(event, AlertRaised)]
    assert kinds == ["notify.failed", "notify.works"]
    assert "here-topic" not in str(told.house.rows("SELECT data FROM events"))


def test_a_disk_that_takes_no_writes_does_not_keep_the_owner_in_the_dark(
    told: ToldHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from database.errors import StorageUnavailable

    def full() -> None:
        raise StorageUnavailable("The disk is full.", is_full=True)

    told.publish(HALT)
    monkeypatch.setattr(told.house.stores.system, "transaction", full)
    told.side._hand_over()
    monkeypatch.undo()
    told.pass_time(4)
    assert told.told()[0].startswith("Stopped by this machine.")


def test_five_minutes_in_which_nothing_can_be_bought_are_told_once_and_the_heartbeat_fails(told: ToldHouse) -> None:
    told.desk.set_heartbeat("https://beats.example/id")
    told.gates = ("the order stream is down",)
    told.pass_time(1)
    # On its own thread; the next beat would take its place.
    until(lambda: told.pings == [("https://beats.example/id", "")])
    told.pass_time(BLOCKED_SECONDS + GATHER_SECONDS + 5)
    text = "Nothing can be bought for five minutes now: the order stream is down."
    assert told.told().count(text) == 1
    told.gates = ()
    told.pass_time(GATHER_SECONDS + 5)
    assert told.told()[-1] == "Algorithms can buy again."
    until(lambda: told.pings[1:] == [("https://beats.example/id/fail", text)])
    told.heartbeat.stop()


def test_a_half_day_is_summed_up_once_after_its_close_also_over_a_restart(told: ToldHouse) -> None:
    number = told.house.start_algorithm(shares=5)
    told.house.minute_at(OPEN + MINUTE)
    told.house.fill()
    told.house.minute_at(CLOSE)
    told.pass_time(GATHER_SECONDS + 2)
    assert not [text for text in told.services.texts() if "half day" in text]
    told.house.clock.put(CLOSE + 301)
    told.pass_time(GATHER_SECONDS + 2)
    [summary] = [text for text in told.services.texts() if "half day" in text]
    lines = summary.splitlines()
    assert lines[0] == "Wednesday, 3 July 2024, a half day."
    assert "buyer on ACME: today " in summary
    assert "1 fill: 1 bought, 0 sold, no fees." in lines
    assert lines[-1] == "Next session: Friday, 5 July 2024, 9:30 to 16:00 in New York."
    told.restart()
    told.pass_time(2 * GATHER_SECONDS)
    assert len([text for text in told.services.texts() if "half day" in text]) == 1
    assert number == 1


def test_the_end_is_told_and_why(told: ToldHouse) -> None:
    told.pass_time(GATHER_SECONDS + 2)
    told.side.on_end("Ctrl-C")
    told.side.on_end("an error", ValueError("secret"))
    told.notifier._turn(is_last=True)
    assert "AutoTrader broke off and trades no more (ValueError). Look at its log." in told.told()
    told.notifier._turn(is_last=True)
    assert "AutoTrader was stopped by Ctrl-C. Nothing is traded." in told.told()
