"""What an owner may set on a strategy: its class-level PARAMETERS, and values held against them.

In: a strategy's list of (name, default, range, help), values by name. Out: values that fit, or StrategyError in words.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from system_databse.errors import StrategyError

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of a strategy. limits: lowest and highest number allowed, None where the default's type is the rule."""

    name: str
    default: Any
    limits: tuple[float, float] | None = None

    @property
    def is_whole(self) -> bool:
        """Say whether only whole numbers fit."""
        samples = (*(self.limits or ()), self.default if self.default is not None else 0)
        return all(isinstance(sample, int) for sample in samples)

    @property
    def allowed(self) -> str:
        """Return in words what fits."""
        if self.limits is None:
            return f"of the kind of {self.default!r}"
        kind = "a whole number" if self.is_whole else "a number"
        empty = ", or empty" if self.default is None else ""
        return f"{kind} from {self.limits[0]} to {self.limits[1]}{empty}"

    def fitted(self, value: Any) -> Any:
        """Return the value as the strategy gets it; raises StrategyError when it does not fit."""
        if value is None and self.default is None:
            return None
        fits = self._is_in_limits(value) if self.limits else type(value) is type(self.default)
        if not fits:
            raise StrategyError(f"{self.name} must be {self.allowed}, not {str(value)[:40]!r}.")
        return int(value) if self.limits and self.is_whole else value

    def _is_in_limits(self, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float) or self.limits is None:
            return False
        is_number = math.isfinite(value) and (not self.is_whole or value == int(value))
        return is_number and self.limits[0] <= value <= self.limits[1]


def read_parameters(rows: Iterable[Mapping[str, Any]]) -> dict[str, Parameter]:
    """Return a strategy's PARAMETERS by name; raises StrategyError when they are not of the agreed form."""
    parameters = {}
    for row in rows:
        name, limits = row.get("name"), row.get("range")
        if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
            raise StrategyError(f"PARAMETERS holds {str(name)[:40]!r}, which is no name of an attribute.")
        parameters[name] = Parameter(name, row.get("default"), None if limits is None else _limits(name, limits))
    return parameters


def checked_params(params: Params, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return the values, each fitted to its parameter; raises StrategyError for the first that does not fit."""
    unknown = sorted(params.keys() - parameters.keys())
    if unknown:
        raise StrategyError(f"There is no parameter {unknown[0]!s:.40}; there are: {', '.join(parameters) or 'none'}.")
    return {name: parameters[name].fitted(value) for name, value in params.items()}


def _limits(name: str, limits: Any) -> tuple[float, float]:
    is_pair = isinstance(limits, tuple | list) and len(limits) == 2
    if not is_pair or not all(isinstance(limit, int | float) for limit in limits):
        raise StrategyError(f"The range of {name} in PARAMETERS must be two numbers, lowest and highest.")
    return limits[0], limits[1]
