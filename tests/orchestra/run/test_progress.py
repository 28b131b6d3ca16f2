"""The line that shows a person how far a replay is."""

from io import StringIO

from orchestra.messages.events import MinuteFinished
from orchestra.run.progress import LOG_SECONDS, TERMINAL_SECONDS, Progress
from orchestra.runtime.clock import SystemClock

MINUTE = 1_795_186_800


class HandClock(SystemClock):
    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def play(stream: StringIO, seconds_a_minute: float, minutes: int) -> str:
    clock = HandClock()
    progress = Progress(clock, total_minutes=1_000 + minutes, done_minutes=1_000, stream=stream)
    for number in range(minutes):
        clock.seconds += seconds_a_minute
        progress.on_event(MinuteFinished(MINUTE + 60 * number))
    progress.on_event("other news")
    progress.finish()
    return stream.getvalue()


def test_terminal_line_is_written_over_twice_a_second_and_ends_complete() -> None:
    text = play(Terminal(), TERMINAL_SECONDS / 5, 51)
    assert text.endswith("1,051 of 1,051 minutes  0 fills\n")
    assert text.count("\n") == 1
    assert text.count("\r") <= 13


def test_elsewhere_a_whole_line_comes_now_and_then() -> None:
    text = play(StringIO(), LOG_SECONDS / 5, 51)
    assert len(text.splitlines()) <= 13
    assert text.splitlines()[0].startswith("2026-11-20 15:00 UTC  1,001 of 1,051 minutes")
    assert text.endswith("1,051 of 1,051 minutes  0 fills\n")
