"""Chance that can be repeated: the same text gives the same numbers on every machine and in every Python.

Only `Random.random()` is used, because it is the one sequence that Python promises to keep.
"""

import hashlib
from random import Random

# Four even numbers between 0 and 1 have a variance of 4/12.
_TO_UNIT = 3**0.5


def chance(*name: object) -> Random:
    """Return the generator of that name; what is drawn from it depends on nothing else."""
    digest = hashlib.sha256("|".join(str(part) for part in name).encode()).digest()
    return Random(int.from_bytes(digest, "big"))  # noqa: S311 - a story, no secret


def fixed(*name: object) -> float:
    """Return one number from 0 to 1 for that name, always the same."""
    return chance(*name).random()


def bell(rng: Random) -> float:
    """Return a number around 0 with variance 1, nearly normal and never beyond 3.5."""
    draw = rng.random
    return (draw() + draw() + draw() + draw() - 2.0) * _TO_UNIT
