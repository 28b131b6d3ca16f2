"""What an owner sets up from the page, as frozen values: keys, what they open, the mode that is wished for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Keys:
    """A pair of Alpaca keys; never part of a message, a log line or an answer."""

    key: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccountLook:
    """What a pair of keys opens. is_feed_allowed: whether prices of the feed that is set can be had."""

    account_number: str
    status: str
    cash: Decimal
    currency: str
    feed: str
    is_feed_allowed: bool

    def to_values(self) -> dict[str, Any]:
        """Return JSON values; of the account number only its end."""
        return {
            "account": masked(self.account_number),
            "status": self.status,
            "cash": f"{self.cash:f}",
            "currency": self.currency,
            "feed": self.feed,
            "is_feed_allowed": self.is_feed_allowed,
        }


@dataclass(frozen=True, slots=True)
class ModeWish:
    """Another mode. keys: None for those that are kept; most_dollars: of one buy and one position, for LIVE."""

    mode: str
    keys: Keys | None = None
    most_dollars: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How this machine is set up. obstacle: why the page cannot change it, empty when it can."""

    mode: str
    key: str | None
    has_paper_keys: bool
    obstacle: str
    is_lan: bool
    addresses: tuple[str, ...] = ()

    def to_values(self) -> Mapping[str, Any]:
        """Return JSON values."""
        return {
            "mode": self.mode,
            "key": self.key,
            "has_paper_keys": self.has_paper_keys,
            "obstacle": self.obstacle,
            "is_lan": self.is_lan,
            "addresses": list(self.addresses),
        }


def masked(text: str, *, shown: int = 4) -> str:
    """Return the end of a text that is nobody's business, behind dots."""
    return f"…{text[-shown:]}" if len(text) > shown else "…"
