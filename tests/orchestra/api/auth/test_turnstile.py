"""One at a time, four may wait, the next is turned away at once."""

import threading
import time

import pytest

from orchestra.api.auth.turnstile import QUEUE, TurnedAway, Turnstile

WAIT = 60.0


def test_one_goes_through_while_four_wait_and_the_sixth_is_turned_away() -> None:
    turnstile, inside, may_leave = Turnstile(), [], threading.Event()

    def pass_through() -> None:
        with turnstile.passage():
            inside.append(1)
            may_leave.wait(WAIT)

    threads = [threading.Thread(target=pass_through) for _ in range(QUEUE + 1)]
    for thread in threads:
        thread.start()
    deadline, pause = time.monotonic() + WAIT, threading.Event()
    while not inside or turnstile._places._value:
        assert time.monotonic() < deadline
        pause.wait(0.005)
    with pytest.raises(TurnedAway), turnstile.passage():
        pass
    assert len(inside) == 1
    may_leave.set()
    for thread in threads:
        thread.join()
    assert len(inside) == QUEUE + 1
    with turnstile.passage():
        pass
