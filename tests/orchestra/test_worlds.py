"""Where a demo begins, which market it gets, and that a later start goes on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from orchestra.paper_exchange.market.synthetic import VERSION, fingerprint_of
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.settings import Mode
from orchestra.worlds import DEMO_SEED, World, open_demo, require_demo_ticker, seed_kept

CALENDAR = MarketCalendar()


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


class WallClock(SystemClock):
    def __init__(self, text: str) -> None:
        self.moment = datetime.fromtimestamp(at(text), UTC)

    def now(self) -> datetime:
        return self.moment


def test_the_first_book_decides_the_seed() -> None:
    assert seed_kept(None, None) == DEMO_SEED
    assert seed_kept(None, 7) == 7
    assert seed_kept(fingerprint_of(7), None) == 7
    assert seed_kept(fingerprint_of(7), 7) == 7
    with pytest.raises(ConfigError, match="begun with --seed 7"):
        seed_kept(fingerprint_of(7), 8)


@pytest.mark.parametrize("other", ["a1b2c3", "", f"synthetic market {VERSION + 1}, seed 7", "seed 7", "7"])
def test_a_book_of_another_market_is_refused(other: str) -> None:
    with pytest.raises(ConfigError, match="another market"):
        seed_kept(other, None)


def test_only_what_can_be_traded_is_taken_for_a_demo() -> None:
    require_demo_ticker("BRK.B")
    require_demo_ticker("QWERT")
    with pytest.raises(ConfigError, match="does not know ZZTOP"):
        require_demo_ticker("ZZTOP")
    with pytest.raises(ConfigError, match="always halted"):
        require_demo_ticker("ZHALT")


@pytest.fixture
def demo(tmp_path: Path) -> World:
    return open_demo(tmp_path / "exchange.db", seed=3, speed=0, clock=WallClock("2026-11-25 15:00"))


@pytest.mark.requirement("S2-48")
def test_a_later_start_goes_on_at_the_same_minute_with_the_same_account(tmp_path: Path, demo: World) -> None:
    assert demo.mode is Mode.DEMO
    lock_step = demo.lock_step
    assert lock_step is not None
    start = at("2026-11-25 15:00")
    assert int(lock_step.now().timestamp()) == start
    while not lock_step.done(start).is_settled:
        pass
    assert lock_step.next_tick(start, 1) is not None
    demo.close()
    again = open_demo(tmp_path / "exchange.db", seed=3, speed=60, clock=WallClock("2027-03-01 18:00"))
    assert again.account_number == demo.account_number
    assert int(again.clock.now().timestamp()) == start + MINUTE
    again.close()


@pytest.mark.requirement("S2-44")
def test_twenty_sessions_of_history_are_served_up_to_the_last_whole_minute(demo: World) -> None:
    start = at("2026-11-25 15:00")
    bars = list(demo.alpaca.bars(["SPY"], CALENDAR.minutes_back(start, 20 * 390), start + 500 * MINUTE))
    assert len(bars) == 20 * 390
    assert demo.alpaca.account()["cash"] == "100000"
    assert bars[-1][1]["t"] == "2026-11-25T14:59:00Z"
    assert demo.alpaca.asset("ZZTOP") is None
    names = {row["symbol"]: row["name"] for row in demo.alpaca.all_assets()}
    assert len(names) > 200
    assert names["AAPL"].startswith("Apple")
    demo.close()
