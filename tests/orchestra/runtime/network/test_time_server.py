"""What the kernel says of time servers."""

import ctypes
from typing import Any

import pytest

from orchestra.runtime.network.time_server import UNSYNCHRONISED_MICROSECONDS, follows_time_server


class Kernel:
    """A C library whose adjtimex answers as told."""

    def __init__(self, code: int, error_microseconds: int) -> None:
        self._code = code
        self._error = error_microseconds

    def adjtimex(self, asked: Any) -> int:
        assert asked._obj.modes == 0, "it only asks"
        asked._obj.maxerror = self._error
        return self._code


@pytest.mark.parametrize(
    ("code", "error", "told"),
    [
        (0, 1_500, True),
        (0, UNSYNCHRONISED_MICROSECONDS, False),
        (5, UNSYNCHRONISED_MICROSECONDS - 1, True),
        (-1, 0, None),
    ],
)
def test_clock_follows_a_server_while_its_error_is_kept_small(
    code: int, error: int, told: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_arguments, **_options: Kernel(code, error))
    assert follows_time_server() is told


def test_this_machine_answers_without_failing() -> None:
    assert follows_time_server() in (True, False, None)
