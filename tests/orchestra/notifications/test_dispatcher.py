"""From notices to messages: gathered, held in quiet hours, sent again, each target for itself."""

from dataclasses import dataclass, field
from datetime import time

import pytest

from orchestra.notifications.dispatcher import GATHER_SECONDS, MOST_GATHERED, URGENT_SECONDS, Dispatcher
from orchestra.notifications.lane import KEPT_OTHERWISE, MOST_WAITING, PAUSES_SECONDS
from orchestra.notifications.notice import Loudness, Notice, Topic
from orchestra.notifications.wishes import NotifyWishes, QuietHours, Target
from tests.orchestra.notifications.services import MovedClock, Services

HERE, THERE = "ntfys://here-topic", "tgram://there"


@dataclass
class Desk:
    """A dispatcher with one target, and time that passes in steps of a second."""

    addresses: tuple[str, ...] = (HERE,)
    quiet: QuietHours | None = None
    clock: MovedClock = field(default_factory=MovedClock)
    services: Services = field(default_factory=Services)

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher(self.services.send, self.clock, sender="AutoTrader", local=lambda moment: moment)
        self.follow(*self.addresses)

    def follow(self, *addresses: str) -> None:
        self.dispatcher.follow(NotifyWishes(tuple(map(Target, addresses)), quiet=self.quiet))

    def offer(self, text: str, loudness: Loudness = Loudness.NORMAL, **more: object) -> None:
        self.dispatcher.offer([Notice(Topic.FILL, text, loudness, **more)])  # type: ignore[arg-type]

    def pass_time(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.clock.advance(1)
            self.dispatcher.run_due()


def test_thirty_fills_in_a_minute_are_one_message() -> None:
    desk = Desk()
    for number in range(30):
        desk.offer(f"Bought {number}.")
        desk.pass_time(1)
    desk.pass_time(GATHER_SECONDS)
    [(_, message)] = desk.services.sent
    assert message.title == "AutoTrader: 30 fills"
    assert message.body.startswith("Bought 0.\nBought 1.\n")
    assert message.body.endswith("And 10 more; the page lists them all.")


def test_what_is_urgent_does_not_wait_for_the_others_and_says_what_it_is() -> None:
    desk = Desk()
    desk.offer("Bought 1.")
    desk.dispatcher.offer([Notice(Topic.HALTED, "Stopped.", Loudness.URGENT)])
    desk.pass_time(URGENT_SECONDS)
    assert [(message.title, message.loudness) for _, message in desk.services.sent] == [
        ("AutoTrader: halt", Loudness.URGENT)
    ]
    desk.pass_time(GATHER_SECONDS)
    assert desk.services.texts() == ["Stopped.", "Bought 1."]


def test_a_summary_is_a_message_of_its_own() -> None:
    desk = Desk()
    desk.dispatcher.offer([Notice(Topic.SUMMARY, "Friday."), Notice(Topic.FILL, "Bought 1.")])
    desk.pass_time(GATHER_SECONDS + 1)
    assert desk.services.texts() == ["Bought 1.", "Friday."]


@pytest.mark.parametrize(
    ("quiet", "is_held"),
    [
        (QuietHours(time(16), time(18)), True),
        (QuietHours(time(22), time(18)), True),
        (QuietHours(time(18), time(16)), False),
        (QuietHours(time(17, 5), time(18)), False),
    ],
)
def test_quiet_hours_hold_all_but_the_urgent_until_they_end(quiet: QuietHours, is_held: bool) -> None:
    desk = Desk(quiet=quiet)
    desk.offer("Bought 1.")
    desk.offer("Halted.", Loudness.URGENT)
    desk.pass_time(GATHER_SECONDS + 1)
    assert desk.services.texts() == (["Halted."] if is_held else ["Halted.", "Bought 1."])
    desk.pass_time(3600)
    assert desk.services.texts() == ["Halted.", "Bought 1."]


def test_a_target_that_does_not_answer_is_tried_again_with_growing_pauses_and_harms_no_other() -> None:
    desk = Desk(addresses=(HERE, THERE))
    desk.services.down = {HERE}
    desk.offer("Halted.", Loudness.URGENT)
    desk.pass_time(URGENT_SECONDS + 1)
    assert desk.services.texts(THERE) == ["Halted."]
    desk.pass_time(sum(PAUSES_SECONDS))
    assert desk.services.tries == 1 + 1 + len(PAUSES_SECONDS)
    [here, _] = desk.dispatcher.states().values()
    assert (here.problem, here.failing_since[:16]) == ("The service did not take it.", "2026-11-20T17:00")
    desk.services.down = set()
    desk.pass_time(PAUSES_SECONDS[-1])
    assert desk.services.texts(HERE) == ["Halted."]
    assert next(iter(desk.dispatcher.states().values())).problem == ""


def test_rows_are_done_when_every_target_has_them() -> None:
    desk = Desk(addresses=(HERE, THERE))
    desk.services.down = {HERE}
    desk.offer("Halted.", Loudness.URGENT, row=7)
    desk.pass_time(URGENT_SECONDS + 1)
    assert desk.dispatcher.take_done() == []
    desk.services.down = set()
    desk.pass_time(PAUSES_SECONDS[0])
    assert desk.dispatcher.take_done() == [7]
    assert not desk.dispatcher.is_busy


def test_rows_are_done_when_the_target_that_failed_is_removed() -> None:
    desk = Desk(addresses=(HERE,))
    desk.services.down = {HERE}
    desk.offer("Halted.", Loudness.URGENT, row=7)
    desk.pass_time(URGENT_SECONDS + 1)
    desk.follow(THERE)
    assert desk.dispatcher.take_done() == [7]


def test_without_a_target_nothing_waits_for_ever() -> None:
    desk = Desk(addresses=())
    desk.offer("Halted.", Loudness.URGENT, row=7)
    desk.pass_time(URGENT_SECONDS)
    assert desk.dispatcher.take_done() == [7]
    assert not desk.dispatcher.is_busy


def test_what_is_not_urgent_is_given_up_after_an_hour_and_what_is_not_before_a_day() -> None:
    desk = Desk()
    desk.services.down = {HERE}
    desk.offer("Bought 1.")
    desk.offer("Halted.", Loudness.URGENT)
    desk.pass_time(KEPT_OTHERWISE + GATHER_SECONDS + PAUSES_SECONDS[-1])
    desk.services.down = set()
    desk.pass_time(PAUSES_SECONDS[-1] + 1)
    assert desk.services.texts() == ["Halted."]


def test_nothing_grows_while_a_service_is_down_for_long() -> None:
    desk = Desk()
    desk.services.down = {HERE}
    for number in range(MOST_WAITING + 5):
        desk.offer(f"Halted {number}.", Loudness.URGENT, row=number)
        desk.pass_time(URGENT_SECONDS + 1)
    assert len(desk.dispatcher.take_done()) == 5


def test_of_too_many_notices_the_newest_are_told_and_the_rest_is_counted() -> None:
    desk = Desk()
    for number in range(MOST_GATHERED + 40):
        desk.offer(f"Bought {number}.")
    desk.pass_time(GATHER_SECONDS)
    [text] = desk.services.texts()
    assert text.startswith("Bought 40.")
    assert f"And {MOST_GATHERED - 20 + 40} more" in text


def test_the_end_of_the_program_sends_what_has_gathered_at_once() -> None:
    desk = Desk()
    desk.offer("Bought 1.")
    desk.dispatcher.flush()
    assert desk.services.texts() == ["Bought 1."]
