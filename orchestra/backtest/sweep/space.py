"""The parameter space of a sweep: a grid of values, or points drawn at random.

In: what the owner typed, a strategy's PARAMETERS. Out: parameter sets, each checked by the strategy's own rules before
anything runs. Thread: any; chance is passed in.
"""

import math
import random
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from database.errors import ConfigError
from orchestra.backtest.sweep.trial import Params

# Unless --limit allows more; and what no limit allows.
USUAL_TRIALS = 1_000
MOST_TRIALS = 50_000
MOST_VALUES = 1_000
LONGEST_WORD = 40
WORDS = {"true": True, "false": False, "none": None}


def values_of(text: str) -> tuple[str, list[Any]]:
    """Return name and values of `name=10,20,30` or `name=10:50:10` (first, last included, step); raises ConfigError.

    Values in a list may also be true, false, none or a word.
    """
    name, equals, told = text.partition("=")
    if not equals or not name or not told:
        raise ConfigError(f"{text!r} is not understood: write NAME=10,20,30 or NAME=10:50:10.")
    values = _steps(name, told) if ":" in told else [_value(each) for each in told.split(",")]
    if len(values) > MOST_VALUES:
        raise ConfigError(f"{name} has {len(values)} values: that is too many to try.")
    return name, list(dict.fromkeys(values))


def axes_of(texts: Sequence[str]) -> dict[str, list[Any]]:
    """Return the values by name; raises ConfigError, also for a name that comes twice."""
    axes: dict[str, list[Any]] = {}
    for text in texts:
        name, values = values_of(text)
        if name in axes:
            raise ConfigError(f"{name} comes twice: write all its values into one --grid {name}=…")
        axes[name] = values
    return axes


def grid(axes: Mapping[str, Sequence[Any]], *, most: int = USUAL_TRIALS) -> list[Params]:
    """Return every combination, the last name changing fastest; raises ConfigError when there are too many."""
    count = math.prod(len(values) for values in axes.values())
    if count > MOST_TRIALS:
        raise ConfigError(f"This grid has {count:,} trials, which is absurd: take fewer values, or --random N.")
    if count > most:
        raise ConfigError(
            f"This grid has {count:,} trials, more than {most:,}: take fewer values, --random N, or --limit {count}."
        )
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def drawn(
    ranges: Mapping[str, tuple[float, float]], count: int, chance: random.Random, *, most: int = USUAL_TRIALS
) -> list[Params]:
    """Return different points of the ranges, both ends included; whole numbers where both ends are.

    There may be fewer than asked for when the ranges do not hold so many.
    """
    if not 1 <= count <= MOST_TRIALS:
        raise ConfigError(f"{count:,} random trials cannot be: give 1 to {MOST_TRIALS:,}.")
    if count > most:
        raise ConfigError(f"{count:,} random trials are more than {most:,}: take fewer, or --limit {count}.")
    points: dict[tuple[Any, ...], Params] = {}
    for _ in range(20 * count):
        point = {name: _drawn(low, high, chance) for name, (low, high) in ranges.items()}
        points.setdefault(tuple(point.values()), point)
        if len(points) == count:
            break
    return list(points.values())


def ranges_of(texts: Sequence[str], parameters: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return the ranges to draw from: those typed as `name=low:high`, else every range that PARAMETERS tells.

    parameters: as read_parameters returns them. Raises ConfigError when there is none.
    """
    told = {
        name: each.limits for name, each in parameters.items() if each.limits is not None and each.default is not None
    }
    if texts:
        told = {}
        for text in texts:
            name, _, limits = text.partition("=")
            low, colon, high = limits.partition(":")
            ends = _value(low), _value(high)
            if not (name and colon and all(map(_is_number, ends)) and ends[0] <= ends[1]):
                raise ConfigError(f"{text!r} is no range: write NAME=LOW:HIGH.")
            if name in told:
                raise ConfigError(f"{name} comes twice: give one --range of it.")
            told[name] = ends
    if not told:
        raise ConfigError("The strategy tells no ranges in PARAMETERS: give --range NAME=LOW:HIGH.")
    return told


def _drawn(low: float, high: float, chance: random.Random) -> float:
    if isinstance(low, int) and isinstance(high, int):
        return chance.randint(low, high)
    # As many digits as a person reads; rounding may not leave the range.
    return min(high, max(low, float(f"{chance.uniform(low, high):.6g}")))


def _steps(name: str, told: str) -> list[Any]:
    parts = [_value(each) for each in told.split(":")]
    if len(parts) != 3 or not all(map(_is_number, parts)) or parts[2] <= 0:
        raise ConfigError(f"{name}={told} is not understood: write first:last:step, such as 10:50:10.")
    first, last, step = parts
    steps = (last - first) / step + 1e-9
    if not 0 <= steps < MOST_VALUES:
        raise ConfigError(f"{name}={told} has no or too many values: give 1 to {MOST_VALUES}.")
    values = [first + step * number for number in range(math.floor(steps) + 1)]
    return [value if isinstance(value, int) else round(value, 9) for value in values]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _value(text: str) -> Any:
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        # A whole number beyond every float would end in an error further on.
        if abs(number) < 1e15:
            return number
        raise ConfigError(f"{text[:LONGEST_WORD]!r} is no number that can be tried: give one below 1e15.")
    if not text.strip() or len(text) > LONGEST_WORD or ":" in text:
        raise ConfigError(f"{text[:LONGEST_WORD]!r} is no value: give a number, true, false, none or a word.")
    return text
