"""The program as its owner starts it: a child process on a copy of the house, with nothing of this machine in it."""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.source_tree import PACKAGES, ROOT

DELIVERED = (*PACKAGES, "frontend", "orchestrator.py")
KEYS = {"ALPACA_API_KEY": "PKTESTTESTTESTTEST", "ALPACA_SECRET_KEY": "s" * 40}
HEADER = "symbol,timestamp,open,high,low,close,volume\n"


def bar_line(minute: int, *, symbol: str = "ACME", prices: str = "50.00,50.10,49.90,50.05", volume: str = "100") -> str:
    """Return one line of a replay file; minute counts from 09:30 in New York on 2026-11-18."""
    hour, past = divmod(14 * 60 + 30 + minute, 60)
    return f"{symbol},2026-11-18T{hour:02}:{past:02}:00Z,{prices},{volume}\n"


DAY = HEADER + "".join(bar_line(minute) for minute in range(60))


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended. changed: what it made, removed or wrote to in the folder it was started from."""

    code: int
    output: str
    errors: str
    changed: list[str]


class Program:
    """A copy of the house in `folder/house`, started from `folder`: it can neither read nor change the real one.

    Compiled files are copied too: compiling the whole house again takes longer than most runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.house = folder / "house"
        self.house.mkdir(parents=True)
        (folder / "day.csv").write_text(DAY, encoding="utf-8")
        left_out = shutil.ignore_patterns("*.db*", ".data_dir", "demo", "logs")
        for name in DELIVERED:
            source, target = ROOT / name, self.house / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=left_out)
            else:
                shutil.copy(source, target)

    def replay(
        self,
        *more: str | Path,
        files: tuple[str, ...] = ("day.csv",),
        algorithm: str = "sma_crossover",
        ticker: str = "ACME",
        capital: str = "20000",
        data_dir: str = "run",
        **environment: str,
    ) -> Finished:
        """Replay `day.csv`, or as the arguments say otherwise."""
        chosen = (f"--algorithm={algorithm}", f"--ticker={ticker}", f"--capital={capital}", f"--data-dir={data_dir}")
        return self.run("--replay", *files, *chosen, *more, **environment)

    def trade(self, *more: str | Path, **environment: str) -> Finished:
        """Start on an account, as the environment says."""
        return self.run("--algorithm=sma_crossover", "--ticker=ACME", "--capital=20000", *more, **environment)

    def run(self, *arguments: str | Path, **environment: str) -> Finished:
        """Start the program, file names relative to `folder`, and wait for its end."""
        before = self._snapshot()
        finished = subprocess.run(
            [sys.executable, str(self.house / "orchestrator.py"), *(str(argument) for argument in arguments)],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"} | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        after = self._snapshot()
        changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
        return Finished(finished.returncode, finished.stdout, finished.stderr, changed)

    def _snapshot(self) -> dict[str, str]:
        # The table of sessions is the program's own, like compiled files: whichever run is the first makes it.
        paths = (path for path in self.folder.rglob("*") if not path.name.startswith(".sessions-"))
        return {path.relative_to(self.folder).as_posix(): _fingerprint(path) for path in paths}


def assert_refused(finished: Finished, *words: str) -> None:
    """Check for one plain sentence with these words, a failing exit, and that nothing changed."""
    assert len(finished.errors.strip().splitlines()) == 1, finished.errors
    assert_refused_with_list(finished, *words)


def assert_refused_with_list(finished: Finished, *words: str) -> None:
    """Check the same where the sentence is followed by the places at fault, one a line."""
    sentence = finished.errors.strip().partition("\n")[0]
    assert finished.code != 0, finished.output
    assert sentence.endswith((".", ":")), sentence
    assert len(sentence.split()) >= 5, sentence
    for code in ("Traceback", "Errno", "<class", "<frozen", "object at 0x", "usage:"):
        assert code not in finished.errors, finished.errors
    for word in words:
        assert word in finished.errors, finished.errors
    assert finished.changed == []


def _fingerprint(path: Path) -> str:
    kind = f"{path.lstat().st_mode:o}"
    return f"{kind} {hashlib.sha256(path.read_bytes()).hexdigest()}" if path.is_file() else kind
