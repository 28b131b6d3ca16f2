"""Downloads from the offline Alpaca: whole, asked for once, resumed after a kill, refused in one sentence."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from database.bar_store import FOR_EVER, BarStore
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError, MarketDataError
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.session_bars import SessionBars
from orchestra.paper_exchange.market.synthetic import SyntheticMarket
from orchestra.paper_exchange.schedule import latest_start
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.paper_exchange.wire.faults.fault import Fault, FaultKind, FaultTarget
from orchestra.run.data_directory import in_folder
from orchestra.run.market_file import bars_to_read
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.settings import Mode, Settings
from orchestra.verbs.bars import download as verb
from orchestra.verbs.bars.download import GOES_ON, Wish, download
from orchestra.worlds import World, open_alpaca
from tests.orchestra.verbs.screen import Screen
from tests.source_tree import ROOT

CALENDAR = MarketCalendar()
KEYS = {"ALPACA_API_KEY": "key", "ALPACA_SECRET_KEY": "secret"}
# 42 sessions, three steps.
START = int(datetime(2026, 9, 1, 13, 30, tzinfo=UTC).timestamp())
END = int(datetime(2026, 10, 29, 20, 0, tzinfo=UTC).timestamp())
HELD_FROM = int(datetime(2026, 10, 8, tzinfo=UTC).timestamp())
DAYS = ("--from", "2026-09-01", "--to", "2026-10-29")
CHILD = "import sys; from orchestra.verbs.bars import download; from orchestra.run.terminal import Terminal; "
CHILD += "sys.exit(download.run(sys.argv[1:], Terminal()))"


class WatchedMarket(SyntheticMarket):
    """Remember what history was asked for; hold an answer about late days back while told to."""

    def __init__(self) -> None:
        super().__init__(5, CALENDAR)
        self.asked: list[tuple[str, int, int]] = []
        self.is_holding = False
        self.reached, self.release = threading.Event(), threading.Event()

    def bars(self, symbol: str, start: int, end: int) -> SessionBars:
        self.asked.append((symbol, start, end))
        if self.is_holding and start >= HELD_FROM:
            self.reached.set()
            self.release.wait(60)
        return super().bars(symbol, start, end)


@dataclass
class House:
    """An offline Alpaca and a data directory."""

    folder: Path
    market: WatchedMarket
    server: PaperExchangeServer
    url: str
    screen: Screen = field(default_factory=Screen)

    def world(self, key: str = "key") -> World:
        keys = {"alpaca_api_key": key, "alpaca_secret_key": "secret", "alpaca_base_url": self.url}
        return open_alpaca(Settings.model_validate(keys), Mode.PAPER)

    def download(self, *tickers: str, start: int = START, end: int = END) -> int:
        wish = Wish(tickers or ("SPY",), start, end)
        return download(wish, self.world(), in_folder(self.folder), screen=self.screen)

    def expected(self, symbol: str = "SPY", start: int = START, end: int = END) -> list[object]:
        return list(SyntheticMarket(5, CALENDAR).bars(symbol, start, end))

    def stored(self, symbol: str = "SPY") -> list[object]:
        with bars_to_read(in_folder(self.folder), CALENDAR) as store:
            return list(store.bars_between(symbol, 0, FOR_EVER))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    market = WatchedMarket()
    now = int(datetime(2026, 11, 25, 16, 0, tzinfo=UTC).timestamp())
    exchange = PaperExchange.open(
        tmp_path / "exchange.db",
        market,
        CALENDAR,
        cash=Decimal(1000),
        clock=SystemClock(),
        start=latest_start(CALENDAR, now),
    )
    server = PaperExchangeServer(exchange, key="key", secret="secret")
    yield House(tmp_path / "data", market, server, server.start())
    market.release.set()
    server.stop()
    exchange.close()


def test_history_comes_whole_with_progress_and_is_asked_for_once(house: House) -> None:
    assert house.download("SPY", "QQQ", end=START + 30 * 86_400) == 0
    assert house.stored() == house.expected(end=START + 30 * 86_400)
    assert house.stored("QQQ") == house.expected("QQQ", end=START + 30 * 86_400)
    new = [f"{ticker}: {len(house.stored(ticker)):,} new bars." for ticker in ("SPY", "QQQ")]
    assert house.screen.said() == new
    assert "100%" in house.screen.errors.getvalue()
    asked = len(house.market.asked)
    assert house.download("SPY", "QQQ", end=START + 30 * 86_400) == 0
    assert len(house.market.asked) == asked
    nothing = "nothing to fetch, all of it was asked for before."
    assert house.screen.said() == [*new, f"SPY: {nothing}", f"QQQ: {nothing}"]


def test_longer_wish_asks_for_the_rest_only(house: House) -> None:
    house.download(end=HELD_FROM)
    house.market.asked.clear()
    house.download()
    assert house.stored() == house.expected()
    assert min(start for _, start, _ in house.market.asked) >= HELD_FROM


def test_killed_download_goes_on_where_it_was(house: House) -> None:
    house.market.is_holding = True
    command = [sys.executable, "-c", CHILD, "--ticker", "SPY", *DAYS, "--data-dir", str(house.folder)]
    environment = os.environ | KEYS | {"AUTOTRADER_ALPACA_BASE_URL": house.url}
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        is_reached = house.market.reached.wait(60)
    finally:
        child.kill()
        output, errors = child.communicate()
    assert is_reached, (output, errors)
    kept = house.stored()
    assert 0 < len(kept) < len(house.expected())
    house.market.is_holding = False
    house.market.release.set()
    house.market.asked.clear()
    finished = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert house.stored() == house.expected()
    step = CALENDAR.sessions_between(START, END)[verb.SESSIONS_A_STEP].open
    assert min(start for _, start, _ in house.market.asked) == step
    new = len(house.expected()) - len(kept)
    assert finished.stdout.splitlines() == [f"SPY: {new:,} new bars."]


def test_stop_on_the_way_says_how_to_go_on(house: House) -> None:
    world = house.world()
    stops = {"left": 1}

    class StoppedAlpaca:
        def __getattr__(self, name: str) -> object:
            return getattr(world.alpaca, name)

        def bars(self, symbols: list[str], start: int, end: int) -> object:
            if not stops["left"]:
                raise KeyboardInterrupt
            stops["left"] -= 1
            return world.alpaca.bars(symbols, start, end)

    stopped = World(
        world.mode,
        world.calendar,
        world.clock,
        StoppedAlpaca(),
        world.access,
        world.account_number,  # type: ignore[arg-type]
    )
    assert download(Wish(("SPY",), START, END), stopped, in_folder(house.folder), screen=house.screen) == 0
    assert house.screen.said() == [f"Stopped. {GOES_ON}"]
    assert house.download() == 0
    assert house.stored() == house.expected()


def test_network_that_fails_on_the_way_is_told_and_what_came_is_kept(house: House) -> None:
    house.server.faults.plant(Fault(FaultTarget.REST, FaultKind.STATUS_500, times=None, path="/v2/stocks/bars"))
    with pytest.raises(MarketDataError, match=r"Bars of SPY could not be fetched: .*the same command goes on"):
        house.download()
    house.server.faults.clear()
    house.download()
    assert house.stored() == house.expected()


def test_unknown_ticker_is_refused_before_anything_is_made(house: House) -> None:
    with pytest.raises(ConfigError, match="Alpaca does not know ZZTOP"):
        house.download("SPY", "ZZTOP")
    assert not house.folder.exists()


def test_wrong_keys_are_refused(house: House) -> None:
    with pytest.raises(ConfigError, match="Alpaca refuses the keys"):
        house.world("other")


def test_without_network_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (KEYS | {"AUTOTRADER_ALPACA_BASE_URL": "http://127.0.0.1:9"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match="Alpaca cannot be reached: check the network"):
        verb.run(["--ticker", "SPY", *DAYS, "--data-dir", str(tmp_path / "data")], Screen())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--ticker", "SPY", *DAYS], "needs an Alpaca account: put its ALPACA_API_KEY"),
        (["--ticker", "spy", *DAYS], "'spy' is no ticker"),
        (["--ticker", "SPY", "--from", "soon"], "'soon' is no day"),
        (["--ticker", "SPY", "--from", "2026-10-29", "--to", "2026-09-01"], "is before --from 2026-10-29"),
        (["--ticker", "SPY", "--from", "2026-09-05", "--to", "2026-09-07"], "was closed on all days"),
        (["--ticker", "SPY", "--from", "2090-01-03"], "have no history yet"),
        (["--ticker", "SPY"], "Name the days with --from 2024-01-02."),
    ],
)
def test_wish_that_cannot_be_is_refused_in_one_sentence(arguments: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        verb.run([*arguments, "--data-dir", str(tmp_path / "data")], Screen())
    assert words in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_bars_are_noted_as_asked_for_up_to_the_session_end(house: House) -> None:
    house.download()
    with bars_to_read(in_folder(house.folder), CALENDAR) as store:
        assert isinstance(store, BarStore)
        assert store.coverage.uncovered("SPY", START, END) == []
        assert store.coverage.uncovered("SPY", START, END + 86_400) != []
