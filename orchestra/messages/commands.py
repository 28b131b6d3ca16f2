"""What somebody wants done, as frozen messages: imperative, one handler each, failing loudly."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StartAlgorithm:
    """Run a strategy on a ticker. algorithm: a name in `algorithm/` or a path; capital: dollars."""

    algorithm: str
    ticker: str
    capital: Decimal
