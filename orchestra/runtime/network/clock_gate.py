"""The clock gate: no order before the exchange's clock agrees with ours, since a small machine boots in the past.

In: the exchange's time, asked on the fetcher. Out: why nothing may be opened now, in words. Thread: engine.
Everything we do hangs on minutes: two seconds of difference are allowed, and half the time the question was under way.
Beyond ten, or after a jump until the clocks are compared, no minute is run at all: it would be another minute.
"""

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orchestra.runtime.clock import Clock
from orchestra.runtime.network.standing_question import StandingQuestion, Start
from system_databse.errors import BrokerError

log = logging.getLogger(__name__)

LARGEST_OFFSET_SECONDS = 2.0
# A minute starts at :50 at the latest: with this much it still starts within the exchange's own minute.
LARGEST_OFFSET_OF_A_MINUTE = 10.0
LARGEST_JUMP_SECONDS = 1.0
CHECK_SECONDS = 900.0
# How often a clock is compared that no time server keeps right.
CHECK_ALONE_SECONDS = 60.0
RETRY_SECONDS = 10.0
NOT_COMPARED = "this machine's clock has not been compared with the exchange's yet"


@dataclass(frozen=True, slots=True)
class Measured:
    """By how much our clock is ahead of the exchange's, and how far that may be off, in seconds."""

    ahead_seconds: float
    uncertain_seconds: float

    follows_time_server: bool | None = None

    @property
    def is_good(self) -> bool:
        """Say whether the two may agree within what is allowed."""
        return abs(self.ahead_seconds) - self.uncertain_seconds <= LARGEST_OFFSET_SECONDS

    @property
    def tells_the_minute(self) -> bool:
        """Say whether the two agree on which minute it is."""
        return abs(self.ahead_seconds) - self.uncertain_seconds <= LARGEST_OFFSET_OF_A_MINUTE


def nobody_knows() -> bool | None:
    """Know nothing of time servers."""
    return None


class ClockGate:
    """Compare the clocks at the start, every 15 minutes and after each jump. start: runs a call on the fetcher.

    follows_time_server: whether the machine says that its clock is kept right. A clock that is not, or may not be, is
    compared every minute instead.
    """

    def __init__(
        self,
        clock: Clock,
        ask: Callable[[], datetime],
        start: Start,
        *,
        follows_time_server: Callable[[], bool | None] = nobody_knows,
    ) -> None:
        self._clock = clock
        self._ask = ask
        self._follows_time_server = follows_time_server
        self._measured: Measured | None = None
        self._told_alone = False
        self._drift = self._drift_now()
        self._question = StandingQuestion(clock, start, ask=self._measure, take=self._take)
        self._reason: str | None = NOT_COMPARED

    @property
    def reason(self) -> str | None:
        """Return why nothing may be opened, None when the clocks agree."""
        return self._reason

    @property
    def measured(self) -> Measured | None:
        """Return the newest comparison, None before the first one and after a jump."""
        return self._measured

    @property
    def is_time_known(self) -> bool:
        """Say whether a minute may be run: the clocks were compared since the last jump and agree on the minute."""
        return self._measured is not None and self._measured.tells_the_minute

    def run_due(self) -> None:
        """Ask when it is time to, and take the answer that has come."""
        self._notice_jump()
        if self._question.is_due:
            self._drift = self._drift_now()
        self._question.run_due()

    def wait(self, seconds: float) -> None:
        """Ask now and wait for the answer, at most that long."""
        self.run_due()
        self._question.wait(seconds)

    def _notice_jump(self) -> None:
        """Close the gate when the clock was set or the machine slept: what was compared is worth nothing then."""
        drift = self._drift_now()
        if abs(drift - self._drift) <= LARGEST_JUMP_SECONDS:
            return
        log.warning("This machine's clock moved by %.1f s; it is compared again.", drift - self._drift)
        self._drift = drift
        self._reason = self._reason or NOT_COMPARED
        self._measured = None
        self._question.ask_anew()

    def _take(self, answer: "Future[Any]") -> None:
        try:
            measured: Measured = answer.result()
        except (BrokerError, CancelledError) as error:
            # What was found before still holds: the clock has not moved since.
            log.warning("The exchange's clock could not be read: %s", error)
            self._question.again_in(RETRY_SECONDS)
            return
        self._measured = measured
        self._tell_alone(measured)
        before, self._reason = self._reason, None if measured.is_good else in_words(measured.ahead_seconds)
        again = CHECK_SECONDS if measured.follows_time_server else CHECK_ALONE_SECONDS
        self._question.again_in(again if measured.is_good else RETRY_SECONDS)
        if self._reason and self._reason != before:
            log.error("Nothing is bought: %s.", self._reason)

    def _measure(self) -> Measured:
        """Ask the exchange; on the fetcher. Its time is as of some moment between the question and the answer."""
        ours, asked_at = self._clock.now(), self._clock.monotonic()
        theirs = self._ask()
        half = (self._clock.monotonic() - asked_at) / 2
        ahead = (ours + timedelta(seconds=half) - theirs).total_seconds()
        return Measured(ahead, half, self._follows_time_server())

    def _tell_alone(self, measured: Measured) -> None:
        """Tell once that nobody keeps this clock right: the comparison with the exchange has to do alone."""
        is_alone = not measured.follows_time_server
        if is_alone and not self._told_alone:
            known = "does not follow a time server" if measured.follows_time_server is False else "may follow no server"
            log.warning("This machine's clock %s: it is compared with the exchange's every minute.", known)
        self._told_alone = is_alone

    def _drift_now(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()


def in_words(ahead_seconds: float) -> str:
    """Return what an owner has to do about a clock that is wrong by so much."""
    where = "ahead of" if ahead_seconds > 0 else "behind"
    return f"this machine's clock is {_length(abs(ahead_seconds))} {where} the exchange's: check the time"


def _length(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size or (size == 3_600 and seconds >= size):
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
