"""Our order ids: a pure function of install, algorithm, minute and leg.

Even a restored backup that decides a minute again collides at the broker instead of buying twice.
"""

from dataclasses import dataclass

from database.bar import MINUTE

FAMILY = "at-"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class OrderNumbers:
    """Build and recognise `at-<install6>-<algorithm>-<minute base36>-<leg>`."""

    install: str

    @property
    def prefix(self) -> str:
        """Return how every id of this installation begins."""
        return f"{FAMILY}{self.install}-"

    def number(self, algorithm_id: int, minute: int, leg: int) -> str:
        """Return the id; minute: epoch seconds of the decided bar."""
        return f"{self.prefix}{algorithm_id}-{base36(minute // MINUTE)}-{leg}"

    def is_rivals(self, client_order_id: str) -> bool:
        """Recognise an order of another installation of this program."""
        return client_order_id.startswith(FAMILY) and not self.is_ours(client_order_id)

    def is_ours(self, client_order_id: str) -> bool:
        """Tell our orders from manual ones and from another installation's."""
        return client_order_id.startswith(self.prefix)


def base36(number: int) -> str:
    """Return a whole number >= 0 in base 36."""
    number, digit = divmod(number, len(DIGITS))
    return base36(number) + DIGITS[digit] if number else DIGITS[digit]
