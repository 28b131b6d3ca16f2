"""Strategy files of strangers: found, checked, imported, pinned."""

import os
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestra.runtime.clock import SystemClock
from orchestra.signals.strategy_loader import LARGEST_BYTES, StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from system_databse.errors import StrategyError

GOOD = """
class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker, self.capital = ticker, initial_capital
    def run(self, current_time, algo_id):
        return ('hold', 0)
"""


def run_at_once(function: Callable[[], Any]) -> Any:
    return function()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "algorithm"
    folder.mkdir()
    return folder


@pytest.fixture
def loader(folder: Path) -> StrategyLoader:
    return StrategyLoader(folder, guard=TurnTimer(SystemClock(), limit_seconds=1).guard)


def put(path: Path, text: str = GOOD) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.requirement("S2-11")
def test_only_files_with_an_algorithm_are_offered(folder: Path, loader: StrategyLoader) -> None:
    put(folder / "good.py")
    put(folder / "test_good.py")
    put(folder / "_private.py")
    put(folder / "empty.py", "")
    put(folder / "broken.py", "class Algorithm(:")
    put(folder / "deep.py", "x = " + "(" * 5_000 + ")" * 5_000 + GOOD)
    put(folder / "big.py", GOOD + "#" * LARGEST_BYTES)
    (folder / "nul.py").write_bytes(b"class Algorithm:\0 pass")
    (folder / "directory.py").mkdir()
    os.mkfifo(folder / "pipe.py")
    (folder / "outside.py").symlink_to(put(folder.parent / "elsewhere.py"))
    (folder / "dangling.py").symlink_to(folder / "nowhere")
    assert loader.available() == {"good": folder / "good.py"}


@pytest.mark.requirement("S2-20")
def test_file_is_found_by_name_and_by_path(folder: Path, loader: StrategyLoader, monkeypatch: Any) -> None:
    put(folder / "good.py")
    by_name = loader.find("good")
    monkeypatch.chdir(folder)
    assert loader.find("./good.py") == loader.find(str(folder / "good.py")) == by_name
    assert (by_name.name, by_name.file) == ("good", "good")


def test_file_elsewhere_is_named_by_its_whole_path(folder: Path, loader: StrategyLoader, monkeypatch: Any) -> None:
    path = put(folder.parent / "my-own algo.py")
    monkeypatch.chdir(folder.parent)
    found = loader.find("my-own algo.py")
    assert (found.name, found.file) == ("my_own_algo", str(path))
    assert loader.find(found.file) == found


def test_odd_file_of_the_folder_is_found_again(folder: Path, loader: StrategyLoader) -> None:
    found = loader.find(str(put(folder / "test_mine.py")))
    assert loader.find(found.file) == found


@pytest.mark.parametrize("name", ["nothing", "nothing.py", "good.txt", "", "a/b", "x" * 5_000 + ".py", "nul\0.py", "."])
def test_what_is_not_there_is_refused(loader: StrategyLoader, name: str) -> None:
    with pytest.raises(StrategyError):
        loader.find(name)


def test_file_without_end_is_refused(folder: Path, loader: StrategyLoader) -> None:
    with pytest.raises(StrategyError, match="larger than"):
        loader.find(str(put(folder / "big.py", GOOD + "#" * LARGEST_BYTES)))


@pytest.mark.requirement("S2-69")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def broken(:", "SyntaxError"),
        ("raise ValueError('at import')", "ValueError: at import"),
        ("import sys; sys.exit(1)", "SystemExit"),
        ("import os_that_nobody_has", "ModuleNotFoundError"),
        ("while True: pass", "did not end within"),
        ("x = " + "-" * 100_000 + "1", "Error"),
        ("# coding: no-such-code", "SyntaxError"),
        ("class Other: pass", "no class Algorithm with a method run"),
        ("Algorithm = 5", "no class Algorithm with a method run"),
        ("class Algorithm: pass", "no class Algorithm with a method run"),
        ("class Algorithm: run = 5", "no class Algorithm with a method run"),
    ],
)
def test_broken_file_is_refused_with_its_reason(folder: Path, loader: StrategyLoader, text: str, reason: str) -> None:
    strategy = loader.find(str(put(folder / "broken.py", text)))
    with pytest.raises(StrategyError, match=reason):
        loader.load(strategy)


def test_file_is_imported_once_and_leaves_no_byte_code(folder: Path, loader: StrategyLoader) -> None:
    put(folder / "once.py", "import builtins\nbuiltins.imported = getattr(builtins, 'imported', 0) + 1\n" + GOOD)
    strategy = loader.find("once")
    assert loader.load(strategy) is loader.load(strategy)
    import builtins

    assert builtins.__dict__.pop("imported") == 1
    assert [path.name for path in folder.iterdir()] == ["once.py"]


def test_module_of_the_folder_has_its_package_name(folder: Path, loader: StrategyLoader) -> None:
    put(folder / "packaged_here.py")
    assert loader.load(loader.find("packaged_here")).__module__ == "algorithm.packaged_here"
    del sys.modules["algorithm.packaged_here"]


def test_two_files_of_one_name_are_two_strategies(folder: Path, loader: StrategyLoader) -> None:
    (folder.parent / "a").mkdir()
    (folder.parent / "b").mkdir()
    one = loader.load(loader.find(str(put(folder.parent / "a" / "mine.py", GOOD + "WHICH = 1"))))
    two = loader.load(loader.find(str(put(folder.parent / "b" / "mine.py", GOOD + "WHICH = 2"))))
    assert one is not two
    assert (sys.modules[one.__module__].WHICH, sys.modules[two.__module__].WHICH) == (1, 2)


def test_file_that_changed_between_finding_and_importing_is_refused(folder: Path, loader: StrategyLoader) -> None:
    path = put(folder / "changing.py")
    strategy = loader.find("changing")
    put(path, GOOD.replace("hold", "sell"))
    with pytest.raises(StrategyError, match="has changed"):
        loader.load(strategy)


def test_changed_file_of_equal_size_and_time_is_read_anew(folder: Path) -> None:
    loader = StrategyLoader(folder, guard=run_at_once)
    path = put(folder / "quick.py", GOOD + "WHICH = 1")
    os.utime(path, (1_000_000, 1_000_000))
    loader.load(loader.find("quick"))
    put(path, GOOD + "WHICH = 2")
    os.utime(path, (1_000_000, 1_000_000))
    assert sys.modules[loader.load(loader.find("quick")).__module__].WHICH == 2


def test_import_can_print_and_start_threads(folder: Path, loader: StrategyLoader) -> None:
    side_effects = "import threading\nthreading.Thread(target=print, daemon=True).start()\nprint('hello')\n"
    assert loader.load(loader.find(str(put(folder / "chatty.py", side_effects + GOOD))))


@pytest.mark.parametrize(("capital", "money"), [("20000", 20_000), ("20000.00", 20_000), ("2500.50", 2500.5)])
def test_instance_gets_ticker_and_money_as_the_contract_says(
    folder: Path, loader: StrategyLoader, capital: str, money: float
) -> None:
    put(folder / "good.py")
    instance = loader.make(loader.find("good"), "SPY", Decimal(capital))
    assert (instance.ticker, instance.capital) == ("SPY", money)
    assert type(instance.capital) is type(money)


def test_failing_constructor_is_refused_with_its_reason(folder: Path, loader: StrategyLoader) -> None:
    put(
        folder / "good.py",
        GOOD.replace("initial_capital):", "initial_capital):\n        raise ValueError('too little')"),
    )
    with pytest.raises(StrategyError, match="cannot be started: ValueError: too little"):
        loader.make(loader.find("good"), "SPY", Decimal(1))
