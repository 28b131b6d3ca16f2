"""What a fault class came to: one line of the table, and for each failure how to see it again."""

import subprocess
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

HEADINGS = ("fault", "injected", "survived", "lost", "doubled", "seconds")
ROOT = Path(__file__).resolve().parent.parent.parent
# How the checkers begin what they say of an order that is gone, and of one that is there twice.
LOST = ("V1 orphan", "V2")
DOUBLED = ("V1 duplicate", "V1 two orders", "V5 algorithm")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of a class is run. runs: faults to inject; folder: for the files of the runs, cleared behind them."""

    runs: int
    seed: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Failure:
    """One seed that broke a promise."""

    seed: int
    injected: int
    found: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """One line of the table. details: what was injected, by kind, for the line below it.

    runs_again: how many runs show a failure again; one where each run has a seed of its own.
    """

    fault: str
    verb: str
    injected: int = 0
    failures: list[Failure] = field(default_factory=list)
    details: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    runs_again: int = 1

    def add(self, seed: int, found: Iterable[str], *, injected: int = 1) -> None:
        """Count the faults of one run, and what it broke."""
        self.injected += injected
        if told := tuple(found):
            self.failures.append(Failure(seed, injected, told))

    def note(self, kind: str, number: int = 1) -> None:
        """Count one kind of what happened."""
        self.details[kind] = self.details.get(kind, 0) + number

    @property
    def lost(self) -> int:
        return self._count(LOST)

    @property
    def doubled(self) -> int:
        return self._count(DOUBLED)

    @property
    def survived(self) -> int:
        """Return how many faults were injected in runs that broke nothing."""
        return self.injected - sum(failure.injected for failure in self.failures)

    def row(self) -> tuple[str, ...]:
        numbers = (self.injected, self.survived, self.lost, self.doubled)
        return (self.fault, *(f"{number:,}" for number in numbers), f"{self.seconds:.1f}")

    def story(self) -> Iterable[str]:
        """Return how to see each of the first failures again."""
        for failure in self.failures[:10]:
            yield f"seed={failure.seed} commit={commit()} {'; '.join(failure.found[:3])}"
            yield f"  again: python3 -m tests.faults {self.verb} --seed {failure.seed} --runs {self.runs_again}"

    def _count(self, beginnings: tuple[str, ...]) -> int:
        return sum(text.startswith(beginnings) for failure in self.failures for text in failure.found)


Class = Callable[[Plan], Tally]


@cache
def commit() -> str:
    """Return the commit that ran, short; a question mark outside a checkout."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "?"


def table(tallies: Sequence[Tally]) -> str:
    """Return the lines as a table, figures to the right, what was injected below each."""
    rows = [HEADINGS, *(tally.row() for tally in tallies)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    lines.insert(1, "-" * len(lines[0]))
    for number, tally in reversed(list(enumerate(tallies))):
        told = ", ".join(f"{kind} {count:,}" for kind, count in tally.details.items() if count)
        if told:
            lines[number + 3 : number + 3] = textwrap.wrap(told, 96, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


def assert_survived(tally: Tally, *, injected: int) -> None:
    """Fail with the story of what broke; a campaign that meets too little trouble proves nothing."""
    print(table([tally]))
    assert not tally.failures, "\n".join(tally.story())
    assert tally.injected >= injected, f"only {tally.injected} of {injected} faults were injected"
