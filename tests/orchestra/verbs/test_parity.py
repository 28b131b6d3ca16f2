"""The verb `parity`, as a person calls it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.verbs import parity
from orchestra.verbs.children import evening_check
from orchestra.verbs.parity import run
from tests.orchestra.backtest.checks.parity.parity_house import PastHouse, at
from tests.orchestra.owner_house import CLOSE, open_house
from tests.source_tree import ROOT


class Screen:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.text = ""

    def say(self, text: str) -> None:
        self.text += f"{text}\n"


@pytest.fixture
def past(quick_folder: Path) -> Iterator[PastHouse]:
    opened = PastHouse(open_house(quick_folder, is_real=False))
    yield opened
    opened.close()


def ask(past: PastHouse, *arguments: str) -> tuple[int, str]:
    """Call the verb on the house's directory; its strategies are named by their whole paths."""
    screen = Screen()
    code = run(["--data-dir", str(past.folder), *arguments], screen)  # type: ignore[arg-type]
    return code, screen.text


def play(past: PastHouse, name: str, minutes: int) -> None:
    past.house.start_algorithm(name)
    past.play(minutes)
    past.change("system", "UPDATE algorithms SET file = ?", str(past.folder / "algorithm" / f"{name}.py"))


def test_an_equal_day_ends_with_zero_and_its_headline(past: PastHouse) -> None:
    play(past, "swings", 12)
    code, text = ask(past, "--day", "2024-07-03", "--json", str(past.folder / "out.json"))
    assert code == 0
    assert text.startswith("Parity of 2024-07-03 (")
    assert "12 of 12 decisions equal" in text
    values = json.loads((past.folder / "out.json").read_text(encoding="utf-8"))
    assert (values["decisions"], values["equal"]) == (12, 12)
    assert text.splitlines()[0].endswith(f": {values['headline']}.")


def test_what_nothing_explains_ends_with_one(past: PastHouse) -> None:
    play(past, "peeks", 3)
    past.note.write_text("storm", encoding="utf-8")
    code, text = ask(past, "--day", "2024-07-03")
    assert code == 1
    assert "3 UNEXPLAINED" in text


def test_an_explained_difference_ends_with_zero(past: PastHouse) -> None:
    play(past, "dice", 3)
    assert ask(past, "--day", "2024-07-03")[0] == 0


def test_without_a_day_the_last_session_that_is_over_is_taken(past: PastHouse) -> None:
    play(past, "swings", 210)
    past.change("system", "INSERT INTO settings VALUES('mode', 'DEMO', '')")
    assert "Parity of 2024-07-03 (DEMO): 210 of 210" in ask(past)[1]


def test_a_session_under_way_is_not_over_in_the_demo(past: PastHouse) -> None:
    play(past, "swings", 5)
    past.change("system", "INSERT INTO settings VALUES('mode', 'DEMO', '')")
    with pytest.raises(ConfigError, match="no decision of a session that is over: name a day with --day"):
        ask(past)
    past.change("system", "UPDATE settings SET value = ? WHERE key = 'mode'", "PAPER")
    assert "5 of 5" in ask(past)[1]  # by the machine's clock that session was over long ago


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--day", "yesterday"], "--day 'yesterday' is no day: write it like 2024-01-02"),
        (["--day", "2024-07-04"], "2024-07-04 is no trading day"),
        (["--demo"], "not allowed with argument"),
        (["--nonsense"], "Unrecognized arguments: --nonsense; see --help"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(past: PastHouse, arguments: list[str], complaint: str) -> None:
    past.close()
    with pytest.raises(ConfigError, match=complaint) as refused:
        ask(past, *arguments)
    assert "\n" not in str(refused.value)


def test_the_databases_are_never_written_over(past: PastHouse) -> None:
    play(past, "swings", 3)
    for name in ("market.db", "system.db"):
        before = (past.folder / name).read_bytes()
        with pytest.raises(ConfigError, match="would be overwritten"):
            ask(past, "--day", "2024-07-03", "--json", str(past.folder / name))
        assert (past.folder / name).read_bytes() == before


def test_a_folder_without_databases_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no .*market\.db: start AutoTrader first"):
        run(["--data-dir", str(tmp_path)], Screen())  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="--data-dir is empty"):
        run(["--data-dir", ""], Screen())  # type: ignore[arg-type]


def test_the_engine_may_be_trading_meanwhile(past: PastHouse) -> None:
    past.house.start_algorithm("swings", "ACME")
    past.play(9)
    asked = (
        "import datetime, pathlib; from orchestra.verbs.parity import check_databases, headline;"
        f"folder = pathlib.Path({str(past.folder)!r});"
        "print(headline(check_databases(folder / 'market.db', folder / 'system.db', datetime.date(2024, 7, 3),"
        "limit_seconds=60, algorithms=folder / 'algorithm')))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    assert answer.stdout.startswith("9 of 9 decisions equal")
    assert past.play(1) == at(10)


def test_a_check_without_time_says_that_it_is_not_whole(past: PastHouse) -> None:
    past.house.start_algorithm("swings")
    past.play(3)
    past.close()
    folder = past.folder
    found = parity.check_databases(
        folder / "market.db",
        folder / "system.db",
        date(2024, 7, 3),
        limit_seconds=0,
        algorithms=folder / "algorithm",
    )
    assert (found.is_whole, found.algorithms) == (False, ())


def test_the_evening_keeps_what_it_found(past: PastHouse) -> None:
    play(past, "swings", 210)
    assert past.house.rows("SELECT max(until_minute) FROM decisions") == [(CLOSE,)]
    logs = past.folder / "logs"
    old = logs / "parity" / "2022-01-03.json"
    old.parent.mkdir(parents=True)
    old.touch()
    evening_check.check_evening(past.folder / "market.db", past.folder / "system.db", logs, day=date(2024, 7, 3))
    (kept,) = (logs / "parity").iterdir()
    values = json.loads(kept.read_text(encoding="utf-8"))
    assert (kept.name, values["equal"], values["is_whole"]) == ("2024-07-03.json", 210, True)
    assert values["headline"].startswith("210 of 210 decisions equal; ")


def test_the_evening_keeps_in_words_what_cannot_be_checked(tmp_path: Path) -> None:
    evening_check.check_evening(tmp_path / "market.db", tmp_path / "system.db", tmp_path / "logs", day=date(2024, 7, 3))
    values = json.loads((tmp_path / "logs" / "parity" / "2024-07-03.json").read_text(encoding="utf-8"))
    assert values["headline"].startswith("could not be checked: There is no ")
    assert values["is_whole"] is False
