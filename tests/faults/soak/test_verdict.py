"""The verdict of a soak on made-up gauges: noise and steps pass, a slow leak does not."""

from random import Random

from tests.faults.soak.gauges import Sample
from tests.faults.soak.verdict import counts_grow, lines_grow, memory_grows, slope

MEBIBYTE = 1024 * 1024
MINUTES = range(1_600, 11_700, 200)


def sampled(minute: int, resident: float, *, threads: int = 5, sockets: int = 3, rows: int = 20) -> Sample:
    return Sample(minute, int(resident), 0, threads, {"socket": sockets}, 4096, {"algorithms": rows})


def noisy(bytes_a_minute: float, chance: Random) -> list[Sample]:
    return [sampled(m, 150 * MEBIBYTE + bytes_a_minute * m + chance.uniform(-1, 1) * MEBIBYTE) for m in MINUTES]


def test_noise_of_a_mebibyte_is_no_leak() -> None:
    assert list(memory_grows(noisy(0, Random(1)), Random(2))) == []


def test_a_step_in_the_middle_is_no_leak() -> None:
    stepped = [sampled(m, 150 * MEBIBYTE + (1 * MEBIBYTE if m > 6_000 else 0)) for m in MINUTES]
    assert list(memory_grows(stepped, Random(2))) == []


def test_two_kilobytes_a_minute_are_a_leak() -> None:
    assert list(memory_grows(noisy(2_000, Random(1)), Random(2)))


def test_the_slope_is_that_of_most_points() -> None:
    line = [(float(x), 3.0 * x) for x in range(20)]
    assert slope([*line, (20.0, 1e9)]) == 3.0


def test_one_more_thread_file_or_row_is_told() -> None:
    first = sampled(1_600, 0)
    last = sampled(11_600, 0, threads=6, sockets=4, rows=21)
    assert [text.split(":")[0] for text in counts_grow([first, last])] == [
        "threads",
        "open files (socket)",
        "table algorithms",
    ]
    assert list(counts_grow([first, first])) == []


def test_a_line_that_holds_many_small_things_is_told_unless_it_is_declared() -> None:
    grown = [{"line": "a.py:1", "bytes": 120_000, "blocks": 300}, {"line": "b.py:1", "bytes": 900_000, "blocks": 2}]
    assert len(list(lines_grow(grown, 11_700, declared=()))) == 1
    assert list(lines_grow(grown, 11_700, declared=("a.py",))) == []
