"""What an execution costs beside its price: a policy beside the fill model.

Alpaca charges no commission and passes two regulatory fees on sales on; its paper accounts charge nothing, and neither
does the offline Alpaca. A backtest may charge both.

Sources: SEC, "Fee Rate Advisory" (Section 31 of the Exchange Act), rates a million dollars of sales by their first day;
FINRA By-Laws, Schedule A, Section 1, Trading Activity Fee for covered equity securities, rates a share with a cap an
execution, as amended by SR-FINRA-2020-032 and SR-FINRA-2024-019. Earlier sales are charged the first rate told here.
The SEC's rate of 2026 and Alpaca's way of rounding (here: up to the next cent, an execution) were not verified, and the
fee of the Consolidated Audit Trail, a small part of a cent an order, is left out.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_UP, Decimal
from typing import Protocol

from database.errors import ConfigError
from orchestra.paper_exchange.book.fill_model import BASIS_POINTS
from orchestra.paper_exchange.book.orders import ZERO, Side

CENT = Decimal("0.01")
MILLION = Decimal(1_000_000)

# First day, dollars a million dollars of sales.
SEC_RATES = (
    (date(2019, 4, 16), Decimal("20.70")),
    (date(2020, 2, 18), Decimal("22.10")),
    (date(2021, 2, 25), Decimal("5.10")),
    (date(2022, 5, 14), Decimal("22.90")),
    (date(2023, 2, 27), Decimal("8.00")),
    (date(2024, 5, 22), Decimal("27.80")),
    (date(2025, 5, 14), Decimal("0.00")),
    (date(2026, 4, 4), Decimal("20.60")),
)
# First day, dollars a share sold, most an execution.
TAF_RATES = (
    (date(2012, 7, 1), Decimal("0.000119"), Decimal("5.95")),
    (date(2022, 1, 1), Decimal("0.000130"), Decimal("6.49")),
    (date(2023, 1, 1), Decimal("0.000145"), Decimal("7.27")),
    (date(2024, 1, 1), Decimal("0.000166"), Decimal("8.30")),
    (date(2026, 1, 1), Decimal("0.000195"), Decimal("9.79")),
)
_SEC_DAYS = [day for day, _ in SEC_RATES]
_TAF_DAYS = [day for day, _, _ in TAF_RATES]


class FeeModel(Protocol):
    """Decide what is charged for an execution."""

    def fee(self, side: Side, qty: Decimal, price: Decimal, *, is_first: bool, at: int) -> Decimal:
        """Return dollars, 0 or more. is_first: nothing of the order was filled before; at: epoch seconds."""


class NoFees:
    """Charge nothing. Satisfies FeeModel."""

    def fee(self, _side: Side, _qty: Decimal, _price: Decimal, *, is_first: bool, at: int) -> Decimal:  # noqa: ARG002
        """Return 0."""
        return ZERO


@dataclass(frozen=True, slots=True)
class Fees:
    """Commissions on both sides, the regulators' fees on sales. Satisfies FeeModel.

    per_order: dollars, on the first execution of each order. per_share: dollars. basis_points: of what is dealt.
    """

    per_order: Decimal = ZERO
    per_share: Decimal = ZERO
    basis_points: Decimal = ZERO
    has_regulatory: bool = False

    def __post_init__(self) -> None:
        """Raise ConfigError for a commission that pays the client."""
        if min(self.per_order, self.per_share, self.basis_points) < 0:
            raise ConfigError("A commission cannot be below 0.")

    def fee(self, side: Side, qty: Decimal, price: Decimal, *, is_first: bool, at: int) -> Decimal:
        """Return what the execution costs."""
        commission = self.per_share * qty + self.basis_points * qty * price / BASIS_POINTS
        if is_first:
            commission += self.per_order
        if not self.has_regulatory or side is Side.BUY:
            return commission
        return commission + regulatory_fees(qty, price, day=datetime.fromtimestamp(at, UTC).date())


def regulatory_fees(qty: Decimal, price: Decimal, *, day: date) -> Decimal:
    """Return the SEC's and FINRA's fees on a sale, each rounded up to the cent."""
    rate = SEC_RATES[max(bisect_right(_SEC_DAYS, day) - 1, 0)][1]
    _, per_share, most = TAF_RATES[max(bisect_right(_TAF_DAYS, day) - 1, 0)]
    sec = (qty * price * rate / MILLION).quantize(CENT, ROUND_UP)
    return sec + min((qty * per_share).quantize(CENT, ROUND_UP), most)


NO_FEES = NoFees()
