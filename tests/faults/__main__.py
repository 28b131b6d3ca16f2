"""The fault campaign by hand: `python3 -m tests.faults CLASS [--runs N] [--seed S] [--data-dir DIR]`."""

import argparse
import contextlib
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.tally import Plan, Tally, commit, table
from tests.faults.verb_list import FAULTS

MEMORY = Path("/dev/shm")
EVERYTHING = "all"


def main(arguments: Sequence[str]) -> int:
    """Run the chosen classes and print what came of them; 1 when a promise was broken."""
    chosen = parser().parse_args(arguments)
    # The product says much about a bad line; here only what came of it matters.
    logging.disable(logging.CRITICAL)
    verbs = list(FAULTS) if chosen.fault == EVERYTHING else [chosen.fault]
    version = commit()
    with folder(chosen.data_dir) as place:
        tallies = [run(verb, chosen.runs or FAULTS[verb].many, seed=chosen.seed, place=place) for verb in verbs]
    print(f"\nseed={chosen.seed} commit={version}\n{table(tallies)}")
    failures = [line for tally in tallies for line in tally.story()]
    print("\n".join(failures) or "Every promise was kept.")
    return 1 if failures else 0


def parser() -> argparse.ArgumentParser:
    told = argparse.ArgumentParser(prog="python3 -m tests.faults", description="Run one class of faults, or all.")
    classes = told.add_subparsers(dest="fault", required=True, metavar="CLASS")
    for verb, about in [*((verb, fault.about) for verb, fault in FAULTS.items()), (EVERYTHING, "Run every class.")]:
        one = classes.add_parser(verb, help=about, description=about)
        one.add_argument("--runs", type=int, help="how many faults to inject (default: the target of the campaign)")
        one.add_argument("--seed", type=int, default=1, help="the first seed (default: %(default)s)")
        one.add_argument(
            "--data-dir", type=Path, metavar="DIR", help="where the files of the runs go (default: memory)"
        )
    return told


def run(verb: str, runs: int, *, seed: int, place: Path) -> Tally:
    """Run one class in a folder of its own."""
    own = place / verb
    own.mkdir(parents=True, exist_ok=True)
    print(f"{verb}: {runs:,} …", flush=True)
    began = time.monotonic()
    tally = FAULTS[verb].run(Plan(runs, seed, own))
    tally.seconds = time.monotonic() - began
    return tally


@contextlib.contextmanager
def folder(chosen: Path | None) -> Iterator[Path]:
    """Yield where the files go: the chosen folder, or one in memory that is gone afterwards."""
    if chosen is not None:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen
        return
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="faults-") as name:
        yield Path(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
