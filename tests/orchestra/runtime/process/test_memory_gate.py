"""The memory gate: one greedy turn, or a process near its limit, closes it and names the last caller."""

from dataclasses import dataclass

import pytest

from orchestra.runtime.process.memory_gate import LARGEST_GROWTH_BYTES, MemoryGate
from orchestra.runtime.process.process_figures import MEGABYTE


@dataclass
class Memory:
    megabytes: float = 100

    def __call__(self) -> int:
        return int(self.megabytes * MEGABYTE)


def turn(gate: MemoryGate, memory: Memory, algorithm_id: int, takes: float) -> None:
    gate.before_turn()
    memory.megabytes += takes
    gate.after_turn(algorithm_id)


def culprit(gate: MemoryGate) -> int | None:
    return gate.too_much.algorithm_id if gate.too_much else None


@pytest.mark.parametrize(("takes", "is_closed"), [(-50, False), (0, False), (149, False), (150, False), (151, True)])
def test_turn_that_takes_more_than_150_megabytes_closes_the_gate(takes: float, is_closed: bool) -> None:
    memory = Memory()
    gate = MemoryGate(memory, None)
    turn(gate, memory, 4, takes)
    assert (gate.too_much is not None) is is_closed
    assert (gate.reason is not None) is is_closed
    assert LARGEST_GROWTH_BYTES == 150 * MEGABYTE


def test_culprit_is_named_in_the_owners_words() -> None:
    memory = Memory()
    gate = MemoryGate(memory, None)
    turn(gate, memory, 4, 200)
    assert culprit(gate) == 4
    assert gate.reason == "memory runs out, a restart is due: one turn of algorithm 4 took 200 MB"


def test_first_culprit_stays_the_one() -> None:
    memory = Memory()
    gate = MemoryGate(memory, None)
    turn(gate, memory, 4, 200)
    turn(gate, memory, 5, 900)
    assert culprit(gate) == 4


@pytest.mark.parametrize(("reached", "is_closed"), [(399, False), (401, True)])
def test_four_fifths_of_the_limit_close_the_gate(reached: float, is_closed: bool) -> None:
    memory = Memory()
    gate = MemoryGate(memory, 500 * MEGABYTE)
    turn(gate, memory, 7, 1)
    memory.megabytes = reached
    gate.after_minute()
    assert (gate.too_much is not None) is is_closed
    if gate.too_much:
        assert gate.too_much.words == "401 of 500 MB are used, last by algorithm 7"


def test_growth_outside_of_turns_is_nobodys_without_a_limit() -> None:
    memory = Memory()
    gate = MemoryGate(memory, None)
    turn(gate, memory, 7, 1)
    memory.megabytes = 10_000
    gate.after_minute()
    turn(gate, memory, 7, 1)
    assert gate.too_much is None


def test_process_that_is_too_big_before_any_turn_does_not_restart_for_ever() -> None:
    memory = Memory(450)
    gate = MemoryGate(memory, 500 * MEGABYTE)
    gate.after_minute()
    assert gate.too_much is None
