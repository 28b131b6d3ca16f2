"""History for a backtest: in small steps, one ticker after the other, and a failure in words."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import pytest

from database.calendar_manager import Session
from database.errors import ConfigError, MarketDataError
from orchestra.backtest.screen.bar_fetch import MOST_WAITING, SESSIONS_A_STEP, BarFetch, steps_of
from tests.orchestra.backtest.played_house import calendar, sessions

WEEK = sessions(*(date(2024, 3, day) for day in (11, 12, 13, 14, 15)))


class Broker:
    """Notes what is pulled, and can be held up or fail."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, int]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.error: Exception | None = None

    def pull(self, symbol: str, start: int, end: int) -> int:
        self.may_answer.wait(30)
        self.asked.append((symbol, start, end))
        if self.error is not None:
            raise self.error
        return 390


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def fetch(broker: Broker) -> Iterator[BarFetch]:
    made = BarFetch(broker.pull, calendar(), pause_seconds=0.0)
    yield made
    broker.may_answer.set()
    made.close()


def wait_for(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def is_over(fetch: BarFetch, ticker: str) -> bool:
    standing = fetch.standing(ticker)
    return standing is not None and standing.is_over


def test_sessions_are_fetched_in_small_steps_the_newest_first(fetch: BarFetch, broker: Broker) -> None:
    fetch.ask("ACME", WEEK)
    wait_for(lambda: is_over(fetch, "ACME"))
    assert [start for _, start, _ in broker.asked] == [WEEK[4].open, WEEK[2].open, WEEK[0].open]
    assert fetch.standing("ACME").to_values() == {"done": 5, "total": 5, "failure": None, "is_over": True}


def test_a_step_never_reaches_over_sessions_that_are_not_wanted() -> None:
    def days(steps: Sequence[tuple[int, int]]) -> list[int]:
        return [len(calendar().sessions_between(*step)) for step in steps]

    assert days(steps_of(WEEK, calendar())) == [SESSIONS_A_STEP, SESSIONS_A_STEP, 1]
    wanted: list[Session] = [WEEK[0], WEEK[2], WEEK[3]]
    assert days(steps_of(wanted, calendar())) == [1, 2]


def test_asked_twice_it_is_fetched_once(fetch: BarFetch, broker: Broker) -> None:
    broker.may_answer.clear()
    fetch.ask("ACME", WEEK[:1])
    fetch.ask("ACME", WEEK)
    broker.may_answer.set()
    wait_for(lambda: is_over(fetch, "ACME"))
    assert len(broker.asked) == 1


def test_too_many_tickers_are_refused(fetch: BarFetch, broker: Broker) -> None:
    broker.may_answer.clear()
    fetch.ask("A", WEEK)
    wait_for(lambda: not fetch._waiting)
    for number in range(MOST_WAITING):
        fetch.ask("B" * (number + 1), WEEK)
    with pytest.raises(ConfigError, match="being fetched already"):
        fetch.ask("C", WEEK)


@pytest.mark.parametrize(
    ("error", "words"), [(MarketDataError("ACME: no answer."), "ACME: no answer."), (KeyError("x"), "see the log")]
)
def test_a_failure_is_told_and_the_next_ticker_is_fetched(
    fetch: BarFetch, broker: Broker, error: Exception, words: str
) -> None:
    broker.error = error
    fetch.ask("ACME", WEEK)
    wait_for(lambda: is_over(fetch, "ACME"))
    assert words in fetch.standing("ACME").failure
    broker.error = None
    fetch.ask("OTHER", WEEK[:1])
    wait_for(lambda: is_over(fetch, "OTHER"))
    assert fetch.standing("OTHER").failure is None
