"""What a backtest is asked to do: algorithms, bars, days, costs. Frozen, and the same as JSON.

In: the command line or the dashboard. Out: values that a child process, a cluster or a kept result can hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestra.messages.commands import StartAlgorithm

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Costs:
    """What dealing costs beyond the bars' own prices. All off is the rule of the replay: whole fills at the open.

    Commissions in dollars, or in basis points of what is dealt; their sum is paid on every fill (the part an order
    once, on its first fill). has_regulatory_fees: those Alpaca passes on. spread_bps: distance of bid and ask, of
    which each side pays half; slippage_bps comes on top. volume_fraction: what of a bar's volume all orders together
    get, above 0 and at most 1; None is no cap.
    """

    commission_per_order: Decimal = ZERO
    commission_per_share: Decimal = ZERO
    commission_bps: Decimal = ZERO
    has_regulatory_fees: bool = False
    spread_bps: Decimal = ZERO
    slippage_bps: Decimal = ZERO
    volume_fraction: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BacktestRequest:
    """One backtest.

    data: recorded files; without any, the bars of market_db are used. first_day and last_day: New York days, both
    included; bars before the first day are history that may be looked at. market_db: the store, None for that of the
    data directory in use.
    """

    algorithms: tuple[StartAlgorithm, ...]
    data: tuple[Path, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    costs: Costs = field(default_factory=Costs)
    market_db: Path | None = None

    def to_values(self) -> dict[str, Any]:
        """Return the request as JSON values."""
        return {
            "algorithms": [
                {"algorithm": a.algorithm, "ticker": a.ticker, "capital": str(a.capital), "params": dict(a.params)}
                for a in self.algorithms
            ],
            "data": [str(path) for path in self.data],
            "from": _iso(self.first_day),
            "to": _iso(self.last_day),
            "costs": {
                "commission_per_order": str(self.costs.commission_per_order),
                "commission_per_share": str(self.costs.commission_per_share),
                "commission_bps": str(self.costs.commission_bps),
                "has_regulatory_fees": self.costs.has_regulatory_fees,
                "spread_bps": str(self.costs.spread_bps),
                "slippage_bps": str(self.costs.slippage_bps),
                "volume_fraction": None if self.costs.volume_fraction is None else str(self.costs.volume_fraction),
            },
            "market_db": None if self.market_db is None else str(self.market_db),
        }

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "BacktestRequest":
        """Return the request of JSON values."""
        costs = dict(values["costs"])
        fraction = costs.pop("volume_fraction")
        has_fees = costs.pop("has_regulatory_fees")
        return cls(
            algorithms=tuple(
                StartAlgorithm(row["algorithm"], row["ticker"], Decimal(row["capital"]), row["params"])
                for row in values["algorithms"]
            ),
            data=tuple(Path(name) for name in values["data"]),
            first_day=_day(values["from"]),
            last_day=_day(values["to"]),
            costs=Costs(
                **{name: Decimal(text) for name, text in costs.items()},
                has_regulatory_fees=has_fees,
                volume_fraction=None if fraction is None else Decimal(fraction),
            ),
            market_db=None if values["market_db"] is None else Path(values["market_db"]),
        )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
