"""One at a time, four may wait, the next is turned away at once."""

import threading

import pytest

from orchestra.api.auth.turnstile import QUEUE, TurnedAway, Turnstile


def test_one_goes_through_while_four_wait_and_the_sixth_is_turned_away() -> None:
    turnstile, inside, may_leave = Turnstile(), [], threading.Event()
    entered = threading.Semaphore(0)

    def pass_through() -> None:
        entered.release()
        with turnstile.passage():
            inside.append(1)
            may_leave.wait(10)

    threads = [threading.Thread(target=pass_through) for _ in range(QUEUE + 1)]
    for thread in threads:
        thread.start()
        entered.acquire()
    # All five hold or wait for the passage as soon as no place is left.
    while turnstile._places.acquire(blocking=False):
        turnstile._places.release()
    with pytest.raises(TurnedAway), turnstile.passage():
        pass
    assert len(inside) == 1
    may_leave.set()
    for thread in threads:
        thread.join()
    assert len(inside) == QUEUE + 1
    with turnstile.passage():
        pass
