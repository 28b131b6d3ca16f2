"""Symbols are looked at before each session and after a refusal; what cannot be traded is told once."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import pytest

from database.calendar_manager import MarketCalendar
from orchestra.runtime.clock import SystemClock
from orchestra.signals.watch.asset_watch import BEFORE_OPEN_SECONDS, RETRY_SECONDS, Assets, AssetWatch
from system_databse.errors import BrokerUnavailable

OPEN = int(datetime(2026, 11, 20, 14, 30, tzinfo=UTC).timestamp())
GOOD = {"status": "active", "tradable": True}


class HandClock(SystemClock):
    seconds = float(OPEN - 3600)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


class Hall:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.assets: dict[str, Mapping[str, Any] | None] = {"SPY": GOOD, "QQQ": GOOD}
        self.asked: list[str] = []
        self.told: list[tuple[str, str]] = []
        self.is_out = False
        self.watch = AssetWatch(
            Assets(lambda: frozenset(self.assets), self.look_up, self.start),
            MarketCalendar(),
            self.clock,
            on_untradable=lambda symbol, reason: self.told.append((symbol, reason)),
        )

    def look_up(self, symbol: str) -> Mapping[str, Any] | None:
        self.asked.append(symbol)
        if self.is_out:
            raise BrokerUnavailable("no answer")
        return self.assets[symbol]

    @staticmethod
    def start(work: Callable[[], Any]) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(work())
        except BrokerUnavailable as error:
            future.set_exception(error)
        return future

    def pass_until(self, seconds: float, *, step: int = 1) -> None:
        while self.clock.seconds < seconds:
            self.clock.seconds += step
            self.watch.run_due()


def test_every_symbol_is_looked_at_once_before_each_open() -> None:
    hall = Hall()
    hall.pass_until(OPEN - BEFORE_OPEN_SECONDS - 1)
    assert hall.asked == []
    hall.pass_until(OPEN + 60)
    assert hall.asked == ["QQQ", "SPY"]
    hall.pass_until(OPEN + 3 * 86_400, step=30)
    assert hall.asked == ["QQQ", "SPY"] * 2
    assert hall.told == []


def test_start_inside_a_session_looks_at_once() -> None:
    hall = Hall()
    hall.clock.seconds = OPEN + 3600
    hall.pass_until(OPEN + 3610)
    assert hall.asked == ["QQQ", "SPY"]


@pytest.mark.requirement("S2-70")
@pytest.mark.parametrize(
    ("asset", "words"),
    [
        (None, "is not known"),
        (GOOD | {"tradable": False}, "cannot be traded"),
        (GOOD | {"status": "inactive"}, "is not active"),
    ],
)
def test_symbol_that_cannot_be_traded_is_told_with_the_reason(asset: Mapping[str, Any] | None, words: str) -> None:
    hall = Hall()
    hall.assets["QQQ"] = asset
    hall.pass_until(OPEN + 60)
    [(symbol, reason)] = hall.told
    assert symbol == "QQQ"
    assert words in reason


@pytest.mark.requirement("S2-70")
def test_refused_symbol_is_looked_at_soon_and_once() -> None:
    hall = Hall()
    hall.pass_until(OPEN + 60)
    hall.assets["SPY"] = GOOD | {"tradable": False}
    hall.watch.check({"SPY"})
    hall.watch.check({"SPY"})
    hall.pass_until(OPEN + 70)
    assert [symbol for symbol, _ in hall.told] == ["SPY"]
    assert hall.asked[2:] == ["SPY"]


def test_broker_that_does_not_answer_is_asked_again_later() -> None:
    hall = Hall()
    hall.is_out = True
    hall.pass_until(OPEN - BEFORE_OPEN_SECONDS + 30)
    assert hall.asked == ["QQQ"]
    hall.is_out = False
    hall.pass_until(OPEN - BEFORE_OPEN_SECONDS + 30 + RETRY_SECONDS)
    assert hall.asked == ["QQQ", "QQQ", "SPY"]
    assert hall.told == []
