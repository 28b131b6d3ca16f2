"""Two installations on one account: both see each other, both stop buying, and the owner is asked once."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from orchestra.execution.order_numbers import OrderNumbers
from tests.orchestra.execution.fake_broker import FakePort
from tests.orchestra.execution.order_path import FIRST, MINUTE, OrderPath, new_file

ONE = Decimal(1)
OTHER = OrderNumbers("ffffff")


class Pair:
    """Two installations, each with its own file, on one exchange."""

    def __init__(self, folder: Path, first: OrderPath) -> None:
        self.words: dict[str, list[str]] = {"first": [], "second": []}
        first.store.close()
        self.first = OrderPath(folder / "system.db", first.port, first.clock, on_rival=self.words["first"].append)
        port = FakePort(first.port.exchange, first.clock.now)
        self.second = OrderPath(
            new_file(folder / "other.db"), port, first.clock, numbers=OTHER, on_rival=self.words["second"].append
        )
        self.second.add_algorithms()

    def reconcile(self) -> None:
        self.first.reconciler.run("periodic")
        self.second.reconciler.run("periodic")


@pytest.fixture
def pair(tmp_path: Path, path: OrderPath) -> Iterator[Pair]:
    pair = Pair(tmp_path, path)
    yield pair
    pair.first.store.close()
    pair.second.store.close()


def trade(path: OrderPath, minute: int) -> None:
    path.clock.seconds = minute + 2
    path.decide(minute, (1, "buy", 10))
    order = path.port.exchange.orders[-1]
    path.port.exchange.fill(order, ONE * 10, ONE * 100, now=path.clock.now())


def test_each_hears_of_the_other_although_nothing_works_any_more(pair: Pair) -> None:
    pair.reconcile()
    trade(pair.first, FIRST)
    trade(pair.second, FIRST + MINUTE)
    pair.first.clock.seconds += 1
    pair.reconcile()
    assert [len(words) for words in pair.words.values()] == [1, 1]
    assert "stop one of them" in pair.words["first"][0]
    assert not pair.first.reconciler.has_rival


def test_at_the_very_start_a_rival_that_has_traded_today_is_told(pair: Pair) -> None:
    trade(pair.second, FIRST)
    pair.first.clock.seconds += 1
    pair.first.reconciler.run("start")
    assert len(pair.words["first"]) == 1


def test_what_was_told_is_not_told_again_not_even_after_a_restart(tmp_path: Path, pair: Pair) -> None:
    trade(pair.second, FIRST)
    pair.reconcile()
    pair.reconcile()
    pair.first.store.close()
    pair.first = OrderPath(
        tmp_path / "system.db", pair.first.port, pair.first.clock, on_rival=pair.words["first"].append
    )
    pair.first.reconciler.run("start")
    assert len(pair.words["first"]) == 1
    trade(pair.second, FIRST + 2 * MINUTE)
    pair.reconcile()
    assert len(pair.words["first"]) == 2


def test_an_installation_that_has_been_gone_for_days_is_history(pair: Pair) -> None:
    trade(pair.second, FIRST)
    pair.first.clock.seconds += 3 * 24 * 60 * MINUTE
    pair.first.reconciler.run("start")
    assert pair.words["first"] == []
