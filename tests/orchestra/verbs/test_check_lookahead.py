"""The verb `check-lookahead`, as a person calls it: who reads the input is found, who reads what it is given not."""

import os
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest

from database import db_manager
from database.errors import AutoTraderError
from orchestra.backtest.checks.lookahead.hiding import hide
from orchestra.verbs.check_lookahead import FOUND, run
from tests.orchestra.backtest.kept_columns import write_recording, write_store
from tests.orchestra.backtest.played_house import DAYS, made_columns, strategy
from tests.orchestra.verbs.screen import Screen
from tests.source_tree import ROOT

pytestmark = pytest.mark.usefixtures("own_signals")
# Buys before each rise of the next five minutes, which only the future tells.
PEEKER = """
    import re
    from datetime import datetime

    def closes_of(ticker):
        {peek}

    class Algorithm:
        def __init__(self, ticker, initial_capital):
            self.ticker = ticker
            self.closes = None

        def run(self, current_time, algo_id):
            if self.closes is None:
                try:
                    self.closes = dict(closes_of(self.ticker))
                except OSError:
                    self.closes = {{}}
            now = int(datetime.fromisoformat(current_time).timestamp())
            rises = self.closes.get(now + 300, 0) > self.closes.get(now - 60, 0)
            return ("buy", 1) if rises else ("hold", 0)
"""
SELECT = "SELECT ts, c FROM bars_1m JOIN symbols ON symbols.id=symbol_id WHERE symbol=?"
LINES = """return [
            (int(datetime.fromisoformat(line.split(",")[1]).timestamp()), float(line.split(",")[5]))
            for line in text.splitlines()[1:]
        ]"""
# db and csv are put in: the paths of the store and of the recorded file.
PEEKS = {
    "a URI": f"""import sqlite3
        return sqlite3.connect("file:{{db}}?mode=ro", uri=True).execute({SELECT!r}, (ticker,)).fetchall()""",
    "a percent-encoded URI": f"""import sqlite3
        uri = "file://localhost{{db}}?mode=ro&immutable=1".replace("market", "m%61rket")
        return sqlite3.connect(uri, uri=True).execute({SELECT!r}, (ticker,)).fetchall()""",
    "a plain connection": f"""import sqlite3
        return sqlite3.connect("{{db}}").execute({SELECT!r}, (ticker,)).fetchall()""",
    "the house's own store": """from pathlib import Path
        from database.bar_store import FOR_EVER, BarStore
        from database.bars.market_schema import APPLICATION_ID, migrations
        from database.calendar_manager import MarketCalendar
        from database.schema_check import open_database
        store = open_database(Path("{db}"), migrations, APPLICATION_ID, synchronous="NORMAL", is_read_only=True)
        bars = BarStore(store, MarketCalendar(), is_only_writer=False).bars_between(ticker, 0, FOR_EVER)
        return [(bar.ts, bar.close) for bar in bars]""",
    "a program": f"""import subprocess
        text = subprocess.run(["cat", "{{csv}}"], capture_output=True, text=True).stdout
        {LINES}""",
    "a shell": f"""import os
        os.system("cat {{csv}} > {{csv}}.copy")
        from pathlib import Path
        text = Path("{{csv}}.copy").read_text()
        {LINES}""",
    "a fork": f"""import os
        if os.fork() == 0:
            os.execv("/bin/cp", ["cp", "{{csv}}", "{{csv}}.copy"])
        os.wait()
        from pathlib import Path
        text = Path("{{csv}}.copy").read_text()
        {LINES}""",
}
# Seen by nobody as it happens; but where the file can be hidden, it is not there in one of the two runs.
UNWATCHED = {
    "the C library": f"""import ctypes
        libc, room = ctypes.CDLL(None), ctypes.create_string_buffer(1_000_000)
        read = libc.read(libc.open(b"{{csv}}", 0), room, 1_000_000)
        text = room.raw[:read].decode()
        {LINES}""",
    "an attached store": f"""import sqlite3
        connection = sqlite3.connect(":memory:")
        connection.execute("ATTACH ? AS future", ("{{db}}",))
        if not connection.execute("SELECT 1 FROM future.sqlite_master").fetchone():
            return []
        return connection.execute({SELECT!r}, (ticker,)).fetchall()""",
}


@dataclass
class Future:
    """The same two days twice: as a recorded file and in a store."""

    folder: Path

    @property
    def csv(self) -> Path:
        return self.folder / "days.csv"

    @property
    def db(self) -> Path:
        return self.folder / "market.db"


@pytest.fixture(scope="module")
def future(tmp_path_factory: pytest.TempPathFactory) -> Future:
    made = Future(tmp_path_factory.mktemp("future"))
    columns = made_columns("ACME", DAYS)
    write_store(made.db, columns)
    write_recording(made.csv, columns)
    return made


def ask(algorithm: Path | str, future: Future, *more: str) -> tuple[int, str]:
    screen = Screen()
    wanted = ["--algorithm", str(algorithm), "--ticker", "ACME", "--capital", "20000", *more]
    return run([*wanted, "--data-dir", str(future.folder)], screen), "\n".join(screen.said())


def peeker(folder: Path, peek: str, future: Future) -> Path:
    return strategy(folder, PEEKER.format(peek=peek.format(db=future.db, csv=future.csv)), name="peeker")


@pytest.mark.parametrize("source", ["recorded", "stored"])
@pytest.mark.parametrize("way", PEEKS)
def test_who_reads_the_input_is_found(way: str, source: str, future: Future, tmp_path: Path) -> None:
    more = ["--data", str(future.csv)] if source == "recorded" else []
    is_csv = "{csv}" in PEEKS[way]
    code, said = ask(peeker(tmp_path, PEEKS[way], future), future, *more)
    assert code == FOUND
    assert "No look-ahead found" not in said
    assert ("starts another program, which cannot be judged" if is_csv else "opens the files of its own future") in said


@pytest.mark.parametrize("way", UNWATCHED)
def test_who_reads_it_below_python_decides_otherwise_where_it_is_hidden(
    way: str, future: Future, tmp_path: Path
) -> None:
    if not can_hide(tmp_path):
        pytest.skip("this system gives no mounts of one's own")
    code, said = ask(peeker(tmp_path, UNWATCHED[way], future), future, "--data", str(future.csv))
    assert code == FOUND
    assert "decisions change when the future is not there" in said


def test_nothing_is_written_over_what_is_read(future: Future) -> None:
    before = future.csv.read_bytes()
    with pytest.raises(AutoTraderError, match="would be overwritten"):
        ask("sma_crossover", future, "--data", str(future.csv), "--json", str(future.csv))
    assert future.csv.read_bytes() == before


def can_hide(folder: Path) -> bool:
    """Tell whether files can be hidden here, tried in a process of its own."""
    file = folder / "tried"
    file.write_text("something", encoding="utf-8")
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(hide, ([file],))


HONEST = [
    *("mean_reversion", "opening_range", "sma_crossover", "solar_flare", "trend_following"),
    *sorted(
        str(path)
        for path in (ROOT / "tests" / "journeys" / "algorithms").glob("*.py")
        if path.stem != "takes_its_time"  # a fiftieth of a second a minute, and reads nothing
    ),
]


@pytest.mark.parametrize("algorithm", HONEST, ids=lambda each: Path(each).stem)
def test_who_reads_what_it_is_given_is_clean(
    algorithm: str, future: Future, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = ask(algorithm, future, "--data", str(future.csv))
    assert code == 0, said
    assert said.startswith("No look-ahead found: 780 decisions")


NEEDS_A_STORM = """
    from database.db_manager import get_space_weather

    class Algorithm:
        def __init__(self, ticker, initial_capital):
            if not get_space_weather()["k_index"]:
                raise ValueError("no storm")

        def run(self, current_time, algo_id):
            return ("buy", 1) if get_space_weather()["k_index"] else ("hold", 0)
"""


def test_the_storm_of_the_test_mode_is_in_both_runs(
    future: Future, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLAR_TEST_MODE", "true")
    try:
        code, said = ask(strategy(tmp_path, NEEDS_A_STORM), future)
    finally:
        db_manager.force_k_index(None)
    assert code == 0, said


def test_ctrl_c_ends_the_first_run(future: Future, tmp_path: Path) -> None:
    body = """
        import os, signal

        class Algorithm:
            def __init__(self, ticker, initial_capital):
                os.mkdir(os.path.join({folder!r}, str(os.getpid())))

            def run(self, current_time, algo_id):
                if current_time == "2024-06-11T15:00:00Z":
                    os.kill(os.getpid(), signal.SIGINT)
                return ("hold", 0)
    """
    made = tmp_path / "made"
    made.mkdir()
    with pytest.raises(AutoTraderError, match="stopped before its end"):
        ask(strategy(tmp_path, body.format(folder=str(made))), future)
    assert [path.name for path in made.iterdir()] == [str(os.getpid())]
