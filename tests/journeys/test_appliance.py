"""The appliance as an owner meets it: the demo and its page, by HTTP and socket, from first PIN to pulled plug."""

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from database.bar import BarSource
from tests.journeys.appliance import Appliance, listening_ports, opened, pause, running
from tests.journeys.checks import assert_books_agree, assert_sound, decided
from tests.journeys.house import Chosen, Run, stop
from tests.journeys.made_days import Recorded, write_days
from tests.journeys.page import PIN, Page
from tests.journeys.tab import Tab
from tests.program import Program, assert_refused

OWN = Path(__file__).parent / "algorithms"
WRONG_PIN = "402918"
CLEAN_END_SECONDS = 10
MANY_DAYS = (date(2024, 6, 10), date(2024, 6, 11), date(2024, 6, 12), date(2024, 6, 13), date(2024, 6, 14))


@dataclass(frozen=True, slots=True)
class Box:
    """A running appliance, unlocked in one tab."""

    run: Appliance
    child: subprocess.Popen[str]
    page: Page


class ReplayWithPage(Run):
    """Recorded days with a page."""

    def command(self) -> list[str]:
        return [*super().command(), "--port", "0"]


@pytest.fixture(scope="module")
def box_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the house with one more algorithm in its folder."""
    house = Program(tmp_path_factory.mktemp("appliance")).house
    shutil.copy(OWN / "buys_once.py", house / "algorithm")
    return house


@pytest.fixture(scope="module")
def box(box_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """Return an appliance that several tests share: each has algorithms and a ticker of its own."""
    run = Appliance(box_house, tmp_path_factory.mktemp("box"), (), ())
    with opened(run) as (child, page):
        page.create_pin()
        yield Box(run, child, page)
        end(run, child)
    assert_sound(run)
    assert_books_agree(run)


@pytest.fixture
def appliance(box_house: Path, tmp_path: Path) -> Appliance:
    return Appliance(box_house, tmp_path, (), ())


def create(page: Page, ticker: str, capital: int = 5_000, name: str = "buys_once", **params: object) -> int:
    status, body = page.post("/api/algorithms", name=name, ticker=ticker, initial_capital=capital, params=params)
    assert status == 201, body
    return int(body["id"])


def end(run: Run, child: subprocess.Popen[str]) -> None:
    stop(child, signal.SIGINT)
    assert run.wait(child, CLEAN_END_SECONDS) == 0, run.errors


@pytest.mark.requirement("S2-83", "S2-90", "S2-31", "S2-32", "S2-52", "S2-53")
def test_three_algorithms_trade_and_the_page_shows_it(box: Box) -> None:
    with Tab(box.page) as tab:
        tab.wait(lambda: bool(tab.heard("order.filled")) and all(each["decision"] for each in tab.algorithms.values()))
        filled = tab.heard("order.filled")[0]
    status, _, shell = Page(box.page.port).fetch("GET", "/")
    assert (status, "<title>AutoTrader" in shell) == (200, True)
    assert Page(box.page.port).fetch("GET", "/frontend/dashboard.html")[2] == shell
    status, health = box.page.get("/health")
    assert (status, health["status"], health["mode"], health["db"]) == (200, "healthy", "DEMO", "ok")
    assert {"SPY", "NVDA", "TSLA"} <= {each["ticker"] for each in box.page.algorithms().values()}
    bought = box.run.rows("SELECT ticker, type FROM transactions WHERE algo_id = ?", filled["algorithm_id"])
    assert filled["symbol"] in {row["ticker"] for row in bought}
    status, body = box.page.get(f"/api/algorithms/{filled['algorithm_id']}/decisions?limit=500")
    assert status == 200
    assert all(each["reason"] for each in body["decisions"])
    assert "SUBMITTED" in {each["outcome"] for each in body["decisions"]}


def test_the_page_plays_backtests_on_the_bars_of_the_demo_and_keeps_them_with_its_data(box: Box) -> None:
    status, days = box.page.get("/api/backtest-days?ticker=SPY")
    assert status == 200
    assert days["held"] > 0
    status, begun = box.page.post("/api/backtests", algorithm="sma_crossover", tickers=["SPY"], cash=10_000)
    assert status == 201, begun
    assert box.page.get(f"/api/backtests/{begun['id']}")[1]["request"]["tickers"] == ["SPY"]
    # At this speed the machine is never idle, which is when a backtest runs.
    assert box.page.post(f"/api/backtests/{begun['id']}/cancel")[1]["state"] in ("canceled", "done")
    assert list((box.run.data_dir / "backtests").iterdir())


@pytest.mark.requirement("S2-83", "S2-10", "S2-13", "S2-70")
def test_what_cannot_be_traded_is_refused_in_words_and_changes_nothing(box: Box) -> None:
    before = len(box.run.rows("SELECT id FROM algorithms"))
    good, unknown, halted = (box.page.ticker(ticker) for ticker in ("MSFT", "ZZTOP", "ZHALT"))
    assert (good["valid"], good["tradable"], good["reason"]) == (True, True, "")
    assert (unknown["valid"], unknown["tradable"]) == (False, False)
    assert (halted["valid"], halted["tradable"], "halted" in halted["reason"]) == (True, False, True)
    wish = {"name": "sma_crossover", "ticker": "MSFT", "initial_capital": "5000"}
    for change, code, words in (
        ({"ticker": "ZZTOP"}, 400, "not known"),
        ({"ticker": "ZHALT"}, 400, "halted"),
        ({"name": "no_such_idea"}, 400, "no_such_idea"),
        ({"initial_capital": 1_000_000}, 409, "$1,000,000.00 wanted"),
        ({"initial_capital": "-5"}, 400, "more than 0"),
        ({"params": {"sma_short": 0}}, 400, "sma_short must be a whole number from 2 to 200"),
        ({"params": {"speed": 3}}, 400, "no parameter speed"),
    ):
        status, body = box.page.post("/api/algorithms", **(wish | change))
        assert (status, words in body["error"]) == (code, True), body
    assert len(box.run.rows("SELECT id FROM algorithms")) == before


@pytest.mark.requirement("S2-82", "S2-83", "S2-14", "S2-29", "S2-61", "S2-62", "S2-39")
def test_a_life_from_creation_to_both_ways_of_stopping(box: Box) -> None:
    with Tab(box.page) as tab:
        kept, sold, other = (create(box.page, "KO") for _ in range(3))
        tab.wait(lambda: {tab.shares(id_) for id_ in (kept, sold, other)} == {"10"})
        assert tab.algorithms[other]["decision"]["reason"] == "buys ten and keeps them"
        assert streamed(box.run, "KO") > 0
        pause_and_resume(box.page, tab, other)

        status, body = box.page.post(f"/api/algorithms/{kept}/stop", liquidate=False)
        assert (status, body["shares"], body["selling"]) == (200, "10", False)
        status, body = box.page.post(f"/api/algorithms/{sold}/stop", liquidate=True)
        assert (status, body["shares"], body["selling"]) == (200, "10", True)
        # What is over has no card; what keeps shares has one.
        tab.wait(lambda: sold not in tab.algorithms and tab.status(kept) == "STOPPED")
        assert [tab.shares(id_) for id_ in (kept, other)] == ["10", "10"]
        assert tab.algorithms[kept]["note"] == "stopped, keeps 10 shares"
    assert box.run.held_at_broker("KO") == 20
    assert trades_of(box.run, sold) == [("KO", "buy", 10.0), ("KO", "sell", 10.0)]
    assert trades_of(box.run, kept) == trades_of(box.run, other) == [("KO", "buy", 10.0)]
    for again in ("stop", "pause", "resume"):
        body = {"liquidate": True} if again == "stop" else {}
        assert box.page.post(f"/api/algorithms/{sold}/{again}", **body)[0] == 409, again
    assert box.page.post("/api/algorithms/999/stop", liquidate=False)[0] == 404


def pause_and_resume(page: Page, tab: Tab, algorithm_id: int) -> None:
    assert page.post(f"/api/algorithms/{algorithm_id}/pause")[0] == 200
    tab.wait(lambda: tab.status(algorithm_id) == "PAUSED")
    ran_at = tab.algorithms[algorithm_id]["card_calculations"]["last_run_at"]
    market = tab.state["market"]["now"]
    tab.wait(lambda: tab.state["market"]["now"] > market)
    assert tab.algorithms[algorithm_id]["card_calculations"]["last_run_at"] == ran_at
    assert page.post(f"/api/algorithms/{algorithm_id}/resume")[0] == 200
    tab.wait(lambda: tab.algorithms[algorithm_id]["card_calculations"]["last_run_at"] > ran_at)


def streamed(run: Run, symbol: str) -> int:
    statement = "SELECT count(*) FROM bars WHERE symbol = ? AND source IN (?, ?)"
    sources = int(BarSource.STREAM), int(BarSource.STREAM_UPDATED)
    return int(run.rows(statement, symbol, *sources, database="market")[0][0])


def trades_of(run: Run, algorithm_id: int) -> list[tuple[Any, ...]]:
    rows = run.rows("SELECT ticker, type, shares FROM transactions WHERE algo_id = ? ORDER BY id", algorithm_id)
    return [tuple(row) for row in rows]


@pytest.mark.requirement("S2-83", "S2-32")
def test_two_tabs_see_the_same_numbered_updates(box: Box) -> None:
    with Tab(box.page) as first, Tab(box.page) as second:
        assert first.boot == second.boot
        created = create(box.page, "PEP")
        for tab in (first, second):
            tab.wait(lambda tab=tab: tab.shares(created) == "10")  # type: ignore[misc]
        last = max(first.number, second.number) + 1
        for tab in (first, second):
            tab.wait(lambda tab=tab: tab.number >= last)  # type: ignore[misc]
        common = sorted(first.updates.keys() & second.updates.keys())
        assert len(common) >= 2
        assert [first.updates[number] for number in common] == [second.updates[number] for number in common]


@pytest.mark.requirement("S2-10", "S2-12", "S2-28")
def test_two_tabs_cannot_give_away_the_same_cash(box: Box) -> None:
    status, cash = box.page.get("/api/account/cash")
    assert status == 200
    # More than half of it, and less than prices move it by meanwhile.
    most = float(cash["available"]) * 0.8 // 1
    wish = {"name": "sma_crossover", "ticker": "MSFT", "initial_capital": most}
    with ThreadPoolExecutor(2) as tabs:
        answers = list(tabs.map(lambda _: box.page.post("/api/algorithms", **wish), range(2)))
    (created, body), (refused, refusal) = sorted(answers, key=lambda answer: answer[0])
    assert (created, refused) == (201, 409), answers
    assert "not enough cash" in refusal["error"]
    assert box.page.post(f"/api/algorithms/{body['id']}/stop", liquidate=True)[0] == 200


@pytest.mark.requirement("S2-08", "S2-48", "S2-55", "S2-63", "S2-88")
def test_a_pulled_plug_changes_nothing_and_a_halt_outlives_it(appliance: Appliance) -> None:
    with opened(appliance) as (child, page):
        first_pin(page)
        before = halted_with_a_position(page)
        child.kill()
        child.wait()
    assert_sound(appliance)

    with opened(appliance, page.cookie) as (child, unlocked):
        # That tab still is; another one has to know the PIN.
        assert unlocked.get("/api/session")[0] == 200
        page = Page(unlocked.port)
        assert page.get("/api/algorithms")[0] == 401
        assert page.get("/api/pin") == (200, {"exists": True})
        assert page.post("/api/pin", pin="730582")[0] == 409
        page.unlock()
        with Tab(page) as tab:
            tab.wait(lambda: bool(tab.algorithms))
            assert {id_: lasting(each) for id_, each in tab.algorithms.items()} == before
            assert tab.state["is_halted"]
            halted_buys_nothing(page, tab)
            resumed_buys(page, tab)
            stop(child, signal.SIGINT)
            assert tab.is_left()
        assert appliance.wait(child, CLEAN_END_SECONDS) == 0, appliance.errors
    assert "Traceback" not in appliance.errors
    assert_sound(appliance)
    assert_books_agree(appliance)


def halted_with_a_position(page: Page) -> dict[int, dict[str, Any]]:
    """Buy, halt and pause everything; return what will have to be the same for ever."""
    with Tab(page) as tab:
        bought = create(page, "KO")
        tab.wait(lambda: tab.shares(bought) == "10")
        status, body = page.post("/halt")
        assert (status, body["halted"]) == (200, True)
        tab.wait(lambda: tab.state["is_halted"])
        for id_ in tab.algorithms:
            assert page.post(f"/api/algorithms/{id_}/pause")[0] == 200
        tab.wait(lambda: {each["status"] for each in tab.algorithms.values()} == {"PAUSED"})
    return {id_: lasting(each) for id_, each in page.algorithms().items()}


def resumed_buys(page: Page, tab: Tab) -> None:
    assert page.post("/resume", pin=WRONG_PIN)[0] == 401
    assert page.post("/resume", pin=PIN) == (200, {"halted": False})
    tab.wait(lambda: not tab.state["is_halted"])
    later = create(page, "PEP")
    tab.wait(lambda: tab.shares(later) == "10")


def first_pin(page: Page) -> None:
    assert page.get("/api/pin") == (200, {"exists": False})
    assert page.get("/api/algorithms")[0] == 401
    with pytest.raises(InvalidStatus):
        page.screen()
    assert page.post("/api/pin", pin="123456")[0] == 400
    page.create_pin()
    locked = Page(page.port)
    status, body = locked.post("/api/validate-pin", pin=WRONG_PIN)
    assert (status, body["valid"], body["tries_left"] > 0) == (401, False, True)
    assert locked.get("/api/algorithms")[0] == 401
    locked.unlock()
    assert locked.get("/api/algorithms")[0] == 200


def lasting(algorithm: dict[str, Any]) -> dict[str, Any]:
    """Return what of an algorithm no minute changes while it is paused."""
    names = ("shares", "avg_cost", "cash", "realized_pl")
    figures = {name: algorithm["card_calculations"][name] for name in names}
    return figures | {name: algorithm[name] for name in ("name", "ticker", "initial_capital", "status")}


def halted_buys_nothing(page: Page, tab: Tab) -> None:
    waiting = create(page, "MCD")
    tab.wait(lambda: bool(tab.algorithms.get(waiting, {}).get("decision")))
    decision = tab.algorithms[waiting]["decision"]
    assert (decision["action"], decision["outcome"], tab.shares(waiting)) == ("buy", "DENIED", "0")
    assert page.post(f"/api/algorithms/{waiting}/stop", liquidate=False)[0] == 200


@pytest.mark.requirement("S2-88")
def test_whoever_has_the_machine_may_choose_a_new_pin(appliance: Appliance) -> None:
    with opened(appliance) as (child, page):
        page.create_pin()
        end(appliance, child)
    appliance.more = ("--reset-pin",)
    with opened(appliance, page.cookie) as (child, again):
        assert again.get("/api/algorithms")[0] == 401
        assert again.get("/api/pin") == (200, {"exists": False})
        assert again.post("/api/validate-pin", pin=PIN)[0] == 401
        assert again.post("/api/pin", pin=WRONG_PIN)[0] == 201
        assert again.get("/api/algorithms")[0] == 200
        end(appliance, child)


@pytest.mark.requirement("S2-31")
def test_a_taken_port_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        finished = Program(tmp_path).run("--port", str(port), "--data-dir", "box")
    assert_refused(finished, f"Port {port} is in use", f"ss -ltnp sport = :{port}")
    assert finished.code == 2


@pytest.mark.requirement("S2-26")
def test_a_replay_has_a_page_only_where_a_port_is_given(box_house: Path, tmp_path: Path) -> None:
    file = write_days(tmp_path / "days.csv", MANY_DAYS, (Recorded("ACME"),), seed=5)
    run = ReplayWithPage(box_house, tmp_path, (file,), (Chosen(OWN / "takes_its_time.py"),))
    with opened(run) as (child, page):
        page.create_pin()
        with Tab(page) as tab:
            tab.wait(lambda: bool(tab.algorithms.get(1, {}).get("decision")))
        ports = listening_ports(child.pid)
        assert page.port in ports
        end(run, child)

    silent = Run(box_house, tmp_path, run.files, run.algorithms, name="silent")
    with running(silent) as child:
        while decided(silent) < 3:
            assert child.poll() is None, silent.errors
            pause(child)
        assert len(listening_ports(child.pid)) == len(ports) - 1
        end(silent, child)
    assert "The page is at" not in silent.errors
    assert not (silent.data_dir / "door.db").exists()
