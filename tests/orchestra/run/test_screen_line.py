import io

import pytest

from orchestra.run.screen_line import LOG_SECONDS, TERMINAL_SECONDS, ScreenLine, time_left


class Screen(io.StringIO):
    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


class HandClock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_terminal_shows_one_line_in_place_with_the_time_left() -> None:
    screen, clock = Screen(is_terminal=True), HandClock()
    line = ScreenLine(screen, clock, total=10)
    clock.seconds += 3
    line.show("SPY: 1,000,000 new bars", done=1)
    line.show("not yet", done=2)
    clock.seconds += TERMINAL_SECONDS
    line.show("SPY", done=10)
    line.finish()
    first, second = "SPY: 1,000,000 new bars   10%  27 s left", "SPY  100%"
    assert screen.getvalue() == f"\r{first}\r{second.ljust(len(first))}\n"


def test_log_gets_whole_lines_now_and_then_and_the_last_one_always() -> None:
    screen, clock = Screen(is_terminal=False), HandClock()
    line = ScreenLine(screen, clock, total=4)
    line.show("a", done=1)
    clock.seconds += LOG_SECONDS - 1
    line.show("b", done=2)
    clock.seconds += 1
    line.show("c", done=3)
    line.show("d", done=4)
    line.finish()
    assert screen.getvalue() == "a   25%  0 s left\nc   75%  3 s left\nd  100%\n"


def test_task_of_which_nothing_was_shown_leaves_no_line() -> None:
    screen = Screen(is_terminal=True)
    ScreenLine(screen, HandClock(), total=0).finish()
    assert screen.getvalue() == ""


@pytest.mark.parametrize(
    ("seconds", "share", "text"),
    [
        (10, 0.0, ""),
        (10, 1.0, ""),
        (10, 0.5, "10 s left"),
        (100, 0.5, "2 min left"),
        (3600, 0.5, "1 h 00 min left"),
        (3600, 0.25, "3 h 00 min left"),
    ],
)
def test_time_left_is_what_the_pace_so_far_says(seconds: float, share: float, text: str) -> None:
    assert time_left(seconds, share) == text
