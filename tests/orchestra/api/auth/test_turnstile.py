"""One at a time, four may wait, the next is turned away at once."""

import threading

import pytest

from orchestra.api.auth.turnstile import QUEUE, TurnedAway, Turnstile


def test_one_goes_through_while_four_wait_and_the_sixth_is_turned_away() -> None:
    turnstile, inside, may_leave = Turnstile(), [], threading.Event()

    def pass_through() -> None:
        with turnstile.passage():
            inside.append(1)
            may_leave.wait(10)

    threads = [threading.Thread(target=pass_through) for _ in range(QUEUE + 1)]
    for thread in threads:
        thread.start()
    pause = threading.Event()
    assert any((inside and not turnstile._places._value) or pause.wait(0.005) for _ in range(1000))
    with pytest.raises(TurnedAway), turnstile.passage():
        pass
    assert len(inside) == 1
    may_leave.set()
    for thread in threads:
        thread.join()
    assert len(inside) == QUEUE + 1
    with turnstile.passage():
        pass
