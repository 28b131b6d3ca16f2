"""What a market-data subscription allows (plans of the market-data reference)."""

from dataclasses import dataclass

BASIC_SYMBOLS = 30
BASIC_DELAY_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class DataPlan:
    """The paid plan unless is_basic: consolidated data of the last 15 minutes and the sip stream are then refused.

    symbol_limit: trades and quotes of a stream together; None for no limit.
    """

    is_basic: bool = False
    symbol_limit: int | None = None

    @classmethod
    def basic(cls) -> "DataPlan":
        """Return the free plan."""
        return cls(is_basic=True, symbol_limit=BASIC_SYMBOLS)
