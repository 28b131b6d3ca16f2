"""How far a verb is: in place on a terminal, now and then elsewhere."""

import io

from orchestra.backtest.progress import Progress
from orchestra.runtime.clock import SystemClock
from orchestra.verbs.person.progress_line import LOG_SECONDS, ProgressLine


class Hands(SystemClock):
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


class Stream(io.StringIO):
    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


def test_a_terminal_sees_percent_day_and_what_is_left_in_one_line() -> None:
    clock, stream = Hands(), Stream(is_terminal=True)
    line = ProgressLine(stream, clock)
    clock.seconds = 30.0
    line.show(Progress(390, 1_560, "2024-06-11"))
    line.show(Progress(400, 1_560, "2024-06-11"))
    clock.seconds = 120.0
    line.show(Progress(1_560, 1_560, "2024-06-14"))
    line.finish()
    shown = [text.rstrip() for text in stream.getvalue().split("\r")]
    assert shown == [
        "",
        " 25%  390 of 1,560 minutes  2024-06-11  about 1:30 left",
        "100%  1,560 of 1,560 minutes  2024-06-14",
    ]
    assert stream.getvalue().endswith("\n")


def test_a_log_gets_a_line_now_and_then_and_none_of_a_short_job() -> None:
    clock, stream = Hands(), Stream(is_terminal=False)
    line = ProgressLine(stream, clock, what="trials")
    for done in range(1, 26):
        clock.seconds = float(done)
        line.show(Progress(done, 100))
    line.finish()
    assert stream.getvalue().splitlines() == [
        f" {done}%  {done} of 100 trials    about {minutes} left" for done, minutes in ((11, "1:29"), (21, "1:19"))
    ]
    short = Stream(is_terminal=False)
    clock.seconds = 0.0
    line = ProgressLine(short, clock)
    clock.seconds = LOG_SECONDS / 2
    line.show(Progress(1, 1))
    line.finish()
    assert short.getvalue() == ""
