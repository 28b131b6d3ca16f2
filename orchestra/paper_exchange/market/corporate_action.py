"""What a company does to its shares: splits and dividends."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ActionKind(StrEnum):
    """Alpaca's names of the kinds that this exchange knows."""

    FORWARD_SPLIT = "forward_split"
    REVERSE_SPLIT = "reverse_split"
    CASH_DIVIDEND = "cash_dividend"


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """One event. ex_date: the first session on the new terms.

    new_rate and old_rate: shares after and before a split, 1 and 1 otherwise; rate: dollars a share of a dividend.
    """

    kind: ActionKind
    symbol: str
    ex_date: date
    new_rate: Decimal = Decimal(1)
    old_rate: Decimal = Decimal(1)
    rate: Decimal = Decimal(0)
