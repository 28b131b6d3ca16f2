"""F14: files that are no algorithms: refused with a reason, while the honest one beside them goes on."""

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from orchestra.runtime.clock import SystemClock
from orchestra.signals.strategy_loader import LARGEST_BYTES, StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from system_databse.errors import StrategyError
from tests.faults.program.bad_strategies import HONEST, source
from tests.faults.tally import Plan, Tally

GOOD = source(HONEST)


def _text(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text, encoding="utf-8")


def _nul(path: Path) -> None:
    path.write_bytes(GOOD.encode() + b"\0")


def _link(path: Path) -> None:
    elsewhere = path.parent.parent / "elsewhere.py"
    elsewhere.write_text(GOOD, encoding="utf-8")
    path.symlink_to(elsewhere)


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


# Name of the fault: what lies there as bad.py.
FILES: dict[str, Callable[[Path], object]] = {
    "syntax error": _text("class Algorithm(:\n"),
    "raises while imported": _text(f"{GOOD}\nraise ValueError('at import')\n"),
    "ends the program while imported": _text(f"{GOOD}\nraise SystemExit(3)\n"),
    "loops while imported": _text(f"{GOOD}\nwhile True: pass\n"),
    "imports what is not there": _text(f"import no_such_library\n{GOOD}"),
    "10 MB": _text(GOOD + "#" * 10_000_000),
    "just too large": _text(GOOD + "#" * LARGEST_BYTES),
    "NUL": _nul,
    "not UTF-8": lambda path: path.write_bytes(GOOD.encode() + b"\nx = '\xff\xfe'\n"),
    "empty": _text(""),
    "no Algorithm": _text("class Other: pass\n"),
    "Algorithm that is no class": _text("Algorithm = 3\n"),
    "Algorithm without run": _text("class Algorithm:\n    def __init__(self, ticker, initial_capital): pass\n"),
    "another constructor": _text("class Algorithm:\n    def run(self, current_time, algo_id): return ('hold', 0)\n"),
    "constructor raises": _text(GOOD.replace("self.ticker = ticker", "raise OSError('no')")),
    "link out of the folder": _link,
    "a folder": _folder,
    "a pipe": _pipe,
    "deeply nested": _text("x = " + "(" * 5_000 + ")" * 5_000 + GOOD),
}


def files(plan: Plan) -> Tally:
    """Lay bad files beside an honest algorithm: each is refused with a reason, the honest one is made (F14)."""
    tally = Tally("F14 bad algorithm files", "files", runs_again=plan.runs)
    for number, (name, lay) in enumerate(list(FILES.items())[: plan.runs]):
        tally.add(plan.seed, (f"V6 {name}: {found}" for found in _one_file(plan.folder / str(number), lay)))
    tally.add(plan.seed, (f"V6 changed while running: {found}" for found in _changed(plan.folder / "changed")))
    return tally


def _loader(folder: Path) -> StrategyLoader:
    (folder / "algorithm").mkdir(parents=True)
    (folder / "algorithm" / "honest.py").write_text(GOOD, encoding="utf-8")
    return StrategyLoader(folder / "algorithm", guard=TurnTimer(SystemClock(), limit_seconds=0.25).guard)


def _one_file(folder: Path, lay: Callable[[Path], object]) -> list[str]:
    loader = _loader(folder)
    lay(folder / "algorithm" / "bad.py")
    found = []
    try:
        loader.make(loader.find("bad"), "SPY", Decimal(1_000))
        found.append("it was made")
    except StrategyError as error:
        if len(str(error).split()) < 4 or "\n" in str(error):
            found.append(f"the reason is no sentence: {error}")
    if "honest" not in loader.available():
        found.append("the honest one is not offered")
    loader.make(loader.find("honest"), "SPY", Decimal(1_000))
    return found


def _changed(folder: Path) -> list[str]:
    """A file that changes between being found and being imported is not what was agreed on."""
    loader = _loader(folder)
    strategy = loader.find("honest")
    strategy.path.write_text(GOOD + "\n# another line\n", encoding="utf-8")
    try:
        loader.make(strategy, "SPY", Decimal(1_000))
    except StrategyError as error:
        return [] if "changed" in str(error) else [f"refused for another reason: {error}"]
    return ["it was made"]
