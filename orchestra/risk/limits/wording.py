"""Numbers of a refusal as a person reads them."""

from decimal import Decimal

TOGETHER = "all algorithms together"


def dollars(amount: Decimal) -> str:
    """Return an amount with its cents, unless there are none."""
    return f"${amount:,.0f}" if amount == int(amount) else f"${amount:,.2f}"


def count(number: Decimal) -> str:
    """Return a number of shares or orders without trailing zeros."""
    return f"{number.normalize():,f}"
