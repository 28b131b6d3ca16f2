"""What an execution costs beside its price: a policy beside the fill model.

Alpaca charges no commission and passes three regulatory fees on; its paper accounts charge nothing, and neither does
the offline Alpaca. A backtest may charge all of it.

How they are charged: Alpaca's page "Regulatory Fees": each fee is added up by account and day, and that total rounded
up to the cent. Here a fill pays the cents by which it lifts the day's totals.

Rates:
- SEC, "Fee Rate Advisory" by fiscal year (Section 31 of the Exchange Act): dollars a million dollars of sales.
- FINRA By-Laws, Schedule A, Section 1, Trading Activity Fee for covered equity securities: dollars a share sold, at
  most so much an execution. Regulatory Notices 11-27 and 12-06; SR-FINRA-2020-032, 2024-019, 2026-020 (kept to the end
  of 2028) and 2026-021 (none from October to December 2026).
- FINRA Rule 6897 and CAT NMS Plan, "CAT Fee Alert": dollars a share bought or sold, for the Consolidated Audit Trail.

Known only from what others quote or remember, not from the publisher: the SEC's first days of April 2012 and of 2013,
2015, 2016, 2019, 2020, 2022 to 2024 and 2026; FINRA's rates from July 2012 on; the audit trail's from December 2025 on.
Its rates of 2025 are those of Alpaca's pages, the dearer where two disagreed, their first days assumed. Assumed too:
FINRA's cap is by execution, not by order, and the SEC's rate goes by the day of the trade. Trades before a table begins
pay its first rate.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_UP, Decimal
from functools import lru_cache
from typing import NamedTuple, Protocol

from database.errors import ConfigError
from orchestra.paper_exchange.book.fill_model import BASIS_POINTS
from orchestra.paper_exchange.book.orders import ZERO, Side

CENT = Decimal("0.01")
MILLION = Decimal(1_000_000)


class Rate(NamedTuple):
    """A published rate from its first day on. most: dollars an execution, None for no limit."""

    first_day: date
    dollars: Decimal
    most: Decimal | None = None


SEC_RATES = (
    Rate(date(2010, 4, 1), Decimal("16.90")),
    Rate(date(2011, 1, 21), Decimal("19.20")),
    Rate(date(2012, 2, 21), Decimal("18.00")),
    Rate(date(2012, 4, 1), Decimal("22.40")),
    Rate(date(2013, 5, 25), Decimal("17.40")),
    Rate(date(2014, 3, 18), Decimal("22.10")),
    Rate(date(2015, 2, 14), Decimal("18.40")),
    Rate(date(2016, 2, 16), Decimal("21.80")),
    Rate(date(2017, 7, 4), Decimal("23.10")),
    Rate(date(2018, 5, 22), Decimal("13.00")),
    Rate(date(2019, 4, 16), Decimal("20.70")),
    Rate(date(2020, 2, 18), Decimal("22.10")),
    Rate(date(2021, 2, 25), Decimal("5.10")),
    Rate(date(2022, 5, 14), Decimal("22.90")),
    Rate(date(2023, 2, 27), Decimal("8.00")),
    Rate(date(2024, 5, 22), Decimal("27.80")),
    Rate(date(2025, 5, 14), ZERO),
    Rate(date(2026, 4, 4), Decimal("20.60")),
)
TAF_RATES = (
    Rate(date(2005, 1, 1), Decimal("0.000075"), Decimal("3.75")),
    Rate(date(2011, 7, 1), Decimal("0.000090"), Decimal("4.50")),
    Rate(date(2012, 3, 1), Decimal("0.000095"), Decimal("4.75")),
    Rate(date(2012, 7, 1), Decimal("0.000119"), Decimal("5.95")),
    Rate(date(2022, 1, 1), Decimal("0.000130"), Decimal("6.49")),
    Rate(date(2023, 1, 1), Decimal("0.000145"), Decimal("7.27")),
    Rate(date(2024, 1, 1), Decimal("0.000166"), Decimal("8.30")),
    Rate(date(2026, 1, 1), Decimal("0.000195"), Decimal("9.79")),
    Rate(date(2026, 10, 1), ZERO),
    Rate(date(2027, 1, 1), Decimal("0.000195"), Decimal("9.79")),
)
CAT_RATES = (
    Rate(date.min, ZERO),
    Rate(date(2024, 9, 1), Decimal("0.000035")),
    Rate(date(2024, 10, 1), Decimal("0.000048")),
    Rate(date(2025, 1, 1), Decimal("0.000053")),
    Rate(date(2025, 7, 1), Decimal("0.0000265")),
    Rate(date(2025, 12, 1), ZERO),
    Rate(date(2026, 5, 1), Decimal("0.000003")),
)


class Dealt(NamedTuple):
    """An execution as a fee sees it. is_first: nothing of its order was filled before; at: epoch seconds."""

    side: Side
    qty: Decimal
    price: Decimal
    is_first: bool
    at: int


class Accrued(NamedTuple):
    """The regulatory fees of one account on one day so far, in exact dollars; day None: nothing was ever dealt."""

    day: date | None = None
    sec: Decimal = ZERO
    taf: Decimal = ZERO
    cat: Decimal = ZERO

    @property
    def cents(self) -> Decimal:
        """Return what is charged of it: each fee rounded up to the cent."""
        return sum((fee.quantize(CENT, ROUND_UP) for fee in self[1:]), ZERO)


class Charge(NamedTuple):
    """What an execution costs in dollars, 0 or more, and what the day has come to with it."""

    fee: Decimal
    accrued: Accrued


class FeeModel(Protocol):
    """Decide what is charged for an execution."""

    def charge(self, dealt: Dealt, accrued: Accrued) -> Charge:
        """Return the charge. accrued: as the account's last charge left it."""


class NoFees:
    """Charge nothing. Satisfies FeeModel."""

    def charge(self, _dealt: Dealt, accrued: Accrued) -> Charge:
        """Return nothing to pay."""
        return Charge(ZERO, accrued)


@dataclass(frozen=True, slots=True)
class Fees:
    """Commissions, and the regulatory fees. Satisfies FeeModel.

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

    def charge(self, dealt: Dealt, accrued: Accrued) -> Charge:
        """Return the commission and the cents by which the day's regulatory fees grow."""
        commission = self._commission(dealt)
        if not self.has_regulatory:
            return Charge(commission, accrued)
        # Regular and extended hours of a session lie on one date in UTC, but for the last hour of them in winter.
        day = datetime.fromtimestamp(dealt.at, UTC).date()
        before = accrued if accrued.day == day else Accrued(day)
        after = _with(dealt, before, day)
        return Charge(commission + after.cents - before.cents, after)

    def _commission(self, dealt: Dealt) -> Decimal:
        by_size = self.per_share * dealt.qty + self.basis_points * dealt.qty * dealt.price / BASIS_POINTS
        return by_size + self.per_order if dealt.is_first else by_size


def _with(dealt: Dealt, before: Accrued, day: date) -> Accrued:
    sec_rate, taf_rate, cat_rate = rates_on(day)
    cat = before.cat + dealt.qty * cat_rate.dollars
    if dealt.side is Side.BUY:
        return before._replace(cat=cat)
    sec = dealt.qty * dealt.price * sec_rate.dollars / MILLION
    taf = dealt.qty * taf_rate.dollars
    return Accrued(day, before.sec + sec, before.taf + (taf if taf_rate.most is None else min(taf, taf_rate.most)), cat)


@lru_cache(maxsize=16)
def rates_on(day: date) -> tuple[Rate, Rate, Rate]:
    """Return the rates of the SEC, of FINRA and of the audit trail that hold on the day."""
    return _rate(SEC_RATES, day), _rate(TAF_RATES, day), _rate(CAT_RATES, day)


def _rate(rates: tuple[Rate, ...], day: date) -> Rate:
    return rates[max(bisect_right(rates, day, key=lambda rate: rate.first_day) - 1, 0)]


NO_FEES = NoFees()
