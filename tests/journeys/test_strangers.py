"""Algorithm files as strangers write them: each runs or is contained, and an honest one beside it misses nothing."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.checks import assert_books_agree, assert_sound, fills_of
from tests.journeys.conftest import MakeRun
from tests.journeys.house import HONEST, MINUTE, Chosen, Run
from tests.journeys.made_days import TWO_DAYS, Recorded, session, write_days
from tests.journeys.replay_oracle import crossover, read_files

STRANGERS = Path(__file__).parent / "strangers"
DAY = TWO_DAYS[:1]
SYMBOLS = (Recorded("ACME"), Recorded("OTHR"))
LIMITS = {"alarm": "2", "sayings": "0.5", "loops": "0.25"}
# For those that nothing is to interrupt: a busy machine is no fault of theirs.
LONG_LIMIT = "60"
# Nor of the honest one beside those that are interrupted all the time; the timer lets the alarm through again. Not
# beside those that play with the alarm: there it would hide what they leave behind.
UNHURRIED = """

import signal


class Algorithm(Algorithm):
    def run(self, current_time, algo_id):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        return super().run(current_time, algo_id)
"""
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - [A-Z]+ - ")
MINUTES = 390


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a stranger: minutes by outcome, and its status at the end."""

    outcomes: dict[str, int]
    status: str = "RUNNING"


# It buys at the full hour and sells at the half: six times each in a session.
TRADES = Fate({"HELD": MINUTES - 12, "SUBMITTED": 12})
HOLDS = Fate({"HELD": MINUTES})
FAILS = Fate({"FAILED": 5}, "ERROR")
INTERRUPTED = Fate({"INTERRUPTED": 5}, "ERROR")
NEVER_MADE = ("constructor_fails", "constructor_of_another_shape", "constructor_loops")

# Each group is one run; who comes later suffers from what came before.
GROUPS: dict[str, dict[str, tuple[Fate, ...]]] = {
    "contract": {
        "keyword_calls": (TRADES,),
        "positional_calls": (TRADES,),
        "module_imports": (TRADES,),
        "imports_inside_run": (TRADES,),
        "state_between_runs": (TRADES,),
        "other_names": (TRADES,),
        "asynchronous_inside": (TRADES,),
    },
    "logging": {
        "logging_basic_config": (TRADES,),
        "logging_dict_config": (TRADES,),
        "logging_switched_off": (TRADES,),
        "logging_handler_raises": (TRADES,),
        "logs_megabytes": (TRADES,),
        "raises_always": (FAILS,),
    },
    "process": {
        "changes_directory": (TRADES,),
        "changes_decimal_context": (TRADES,),
        "warnings_as_errors": (TRADES,),
        "changes_interpreter": (TRADES,),
        "own_threads": (TRADES,),
        "thread_that_dies": (TRADES,),
        "changes_what_it_gets": (Fate({"HELD": MINUTES - 6, "FAILED": 6}),),
    },
    "screen": {"closes_the_screen": (TRADES,), "raises_always": (FAILS,)},
    "alarm": {
        "takes_the_alarm": (TRADES,),
        "blocks_the_alarm": (TRADES,),
        "catches_its_interruption": (Fate({"HELD": MINUTES - 6, "INTERRUPTED": 6}),),
        "loops": (INTERRUPTED,),
    },
    "failures": {
        "raises_always": (FAILS,),
        "raises_now_and_then": (Fate({"HELD": 78, "FAILED": 312}),),
        "unusual_exceptions": (Fate({"HELD": MINUTES - 16, "FAILED": 16}),),
        "wrong_answers": (Fate({"HELD": MINUTES - 39, "FAILED": 39}),),
        "answers_a_generator": (FAILS,),
        "answers_a_coroutine": (FAILS,),
        "says_too_much": (HOLDS,),
        # In minute 3 it sells what it does not hold; its last wish comes at the close.
        "says_too_much_with_orders": (Fate({"SUBMITTED": MINUTES - 2, "DENIED": 2}),),
    },
    "sayings": {
        "reason_loops": (INTERRUPTED,),
        "metadata_loops": (HOLDS, FAILS, INTERRUPTED),
        "exception_text_loops": (FAILS, INTERRUPTED),
        "answer_text_loops": (FAILS, INTERRUPTED),
    },
    "loops": {
        "loops": (INTERRUPTED,),
        "loops_over_data": (INTERRUPTED,),
        "loops_over_history": (INTERRUPTED,),
        "loops_over_the_log": (INTERRUPTED,),
        "loops_and_catches": (INTERRUPTED,),
        "sleeps": (INTERRUPTED,),
        "waits": (INTERRUPTED,),
        "regular_expression": (INTERRUPTED,),
        "recursion_that_catches": (INTERRUPTED,),
    },
}


def test_every_stranger_has_its_place() -> None:
    placed = {name for group in GROUPS.values() for name in group}
    assert {path.stem for path in STRANGERS.glob("*.py")} == placed | set(NEVER_MADE)


@pytest.mark.requirement("S2-69", "S2-73", "S2-43", "S2-21", "S2-20", "S0-24")
@pytest.mark.parametrize("group", GROUPS)
def test_strangers_run_or_are_contained_and_the_honest_misses_nothing(
    group: str, tmp_path: Path, make_run: MakeRun
) -> None:
    strangers = [Chosen(STRANGERS / f"{name}.py", "OTHR", 10_000) for name in GROUPS[group]]
    honest = unhurried(tmp_path) if group in ("sayings", "loops") else HONEST
    file = write_days(tmp_path / "day.csv", DAY, SYMBOLS, seed=2)
    run = make_run(
        file, algorithms=(Chosen(honest), *strangers, Chosen(honest, "OTHR")), **limited(LIMITS.get(group, LONG_LIMIT))
    )
    summary = run.finish()
    for algorithm_id, ticker in ((1, "ACME"), (len(strangers) + 2, "OTHR")):
        expected = crossover(read_files(file), ticker, 100_000)
        assert fills_of(summary, algorithm_id) == expected.fills
        assert run.outcomes(algorithm_id) == expected.decisions
        assert run.minutes_decided(algorithm_id) == all_minutes()
    fates = {name: fate_of(run, number) for number, name in enumerate(GROUPS[group], start=2)}
    assert {name: fate for name, fate in fates.items() if fate not in GROUPS[group][name]} == {}
    assert_result_is_exact(run)
    assert_sound(run)
    assert_books_agree(run)
    assert_log_is_whole(run)


@pytest.mark.requirement("S2-69")
@pytest.mark.parametrize("name", NEVER_MADE)
def test_a_stranger_that_cannot_be_made_is_told_before_anything_starts(
    name: str, tmp_path: Path, make_run: MakeRun
) -> None:
    file = write_days(tmp_path / "day.csv", DAY, SYMBOLS, seed=2)
    run = make_run(file, algorithms=(Chosen(), Chosen(STRANGERS / f"{name}.py", "OTHR", 10_000)), **limited("2"))
    assert run.wait(run.start()) == 2
    assert f"{name}.py" in run.errors
    assert len(run.errors.splitlines()) == 1
    assert not run.data_dir.exists()


def limited(seconds: str) -> dict[str, str]:
    """Return what gives each turn so many seconds."""
    return {"AUTOTRADER_ALGORITHM_LIMIT_SECONDS": seconds}


def unhurried(folder: Path) -> Path:
    """Write the honest algorithm as one that no alarm interrupts."""
    file = folder / HONEST.name
    file.write_text(HONEST.read_text(encoding="utf-8") + UNHURRIED, encoding="utf-8")
    return file


def all_minutes() -> list[int]:
    """Return the decision minutes of the day."""
    opens, closes = session(DAY[0])
    return list(range(opens + MINUTE, closes + MINUTE, MINUTE))


def fate_of(run: Run, algorithm_id: int) -> Fate:
    (row,) = run.rows("SELECT status FROM algorithms WHERE id = ?", algorithm_id)
    return Fate(dict(run.outcomes(algorithm_id)), row["status"])


def assert_result_is_exact(run: Run) -> None:
    """Check the result against the fills in whole units: nobody's rounding has got into the money."""
    summary = run.summary()
    last_prices = {row["symbol"]: row["last_price"] for row in summary["open_positions"]}
    cash = sum(units(fill["price"]) * signed(fill) for fill in summary["fills"])
    held: Counter[str] = Counter()
    for fill in summary["fills"]:
        held[fill["symbol"]] -= signed(fill)
    value = sum(shares * units(last_prices[symbol]) for symbol, shares in held.items() if shares)
    assert units(summary["result"]) == cash + value


def units(dollars: float) -> int:
    return round(dollars * 10_000)


def signed(fill: dict[str, int]) -> int:
    """Return the shares of a fill, sold ones positive: the direction of the cash."""
    return fill["shares"] * (1 if fill["side"] == "sell" else -1)


def assert_log_is_whole(run: Run) -> None:
    """Check that every failure is in the log, in lines of our form, whatever strangers did to logging."""
    lines = [
        line
        for path in (run.data_dir / "logs").glob("orchestrator.log*")
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
    ]
    starts = [line for line in lines if LOG_LINE.match(line)]
    assert starts
    for number in range(2, len(run.algorithms)):
        unanswered = sum(run.outcomes(number)[outcome] for outcome in ("FAILED", "INTERRUPTED"))
        told = [line for line in starts if f" - ERROR - Algorithm {number} (" in line]
        assert len(told) == unanswered, f"algorithm {number}"
