"""What a bar gives of its volume, and what dealing costs: policies beside the rule of matching.py.

A replay uses ExactFills, so that its results depend on nothing but the bars. FrictionFills is for worlds that want to
be harder than the bars: demo, stand-alone, backtests with costs.
"""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Protocol

from database.errors import ConfigError
from orchestra.paper_exchange.book.orders import SMALLEST_SHARE, ZERO, Side
from orchestra.paper_exchange.market.market import exact

BASIS_POINTS = Decimal(10_000)
PRICE_STEP = Decimal("0.0001")
HALF = Decimal("0.5")


class FillModel(Protocol):
    """Decide how much of a bar an order can have, and at how much worse a price."""

    def available(self, volume: float, taken: Decimal) -> Decimal | None:
        """Return the shares a bar of that volume still gives after `taken`; None is as many as wanted."""

    def worsened(self, price: Decimal, side: Side) -> Decimal:
        """Return what a buyer or seller really deals at; the caller keeps it within the order's limit."""


@dataclass(frozen=True, slots=True)
class ExactFills:
    """Whole fills at the bar's own price. Satisfies FillModel."""

    def available(self, _volume: float, _taken: Decimal) -> Decimal | None:
        """Return None: a bar gives as many shares as wanted."""
        return None

    def worsened(self, price: Decimal, _side: Side) -> Decimal:
        """Return the price."""
        return price


@dataclass(frozen=True, slots=True)
class FrictionFills:
    """A cap on the volume, half a spread and slippage. Satisfies FillModel.

    volume_fraction: share of a bar's volume that all orders together get, above 0 and at most 1; None is no cap.
    spread_bps: distance of bid and ask, of which one side pays half. slippage_bps: paid on top. Both in basis points
    of the price. Prices are rounded against the one who deals, to a hundredth of a cent.
    """

    volume_fraction: Decimal | None = None
    spread_bps: Decimal = ZERO
    slippage_bps: Decimal = ZERO

    def __post_init__(self) -> None:
        """Raise ConfigError for a model that no market can have."""
        if self.volume_fraction is not None and not 0 < self.volume_fraction <= 1:
            raise ConfigError(f"No bar gives {self.volume_fraction} of its volume: the cap is above 0 and at most 1.")
        if not 0 <= self.cost_bps < BASIS_POINTS or min(self.spread_bps, self.slippage_bps) < 0:
            raise ConfigError(
                f"A spread of {self.spread_bps} and a slippage of {self.slippage_bps} basis points cannot be: "
                "give 0 or more, and less than the whole price."
            )

    @property
    def cost_bps(self) -> Decimal:
        """Return what one side pays, in basis points."""
        return self.spread_bps * HALF + self.slippage_bps

    def available(self, volume: float, taken: Decimal) -> Decimal | None:
        """Return what is left of the bar's share of volume."""
        if self.volume_fraction is None:
            return None
        share = (exact(volume) * self.volume_fraction).quantize(SMALLEST_SHARE, ROUND_DOWN)
        return max(ZERO, share - taken)

    def worsened(self, price: Decimal, side: Side) -> Decimal:
        """Return the price plus the cost for a buyer, minus it for a seller, never below a hundredth of a cent."""
        if not self.cost_bps:
            return price
        moved = price * (1 + side.sign * self.cost_bps / BASIS_POINTS)
        return max(PRICE_STEP, moved.quantize(PRICE_STEP, ROUND_UP if side is Side.BUY else ROUND_DOWN))


EXACT_FILLS = ExactFills()
