"""Our order ids: a pure function of install, algorithm, minute and leg.

Even a restored backup that decides a minute again collides at the broker instead of buying twice.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from database.bar import MINUTE

FAMILY = "at-"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Decided(NamedTuple):
    """What an id stands for. minute: epoch seconds of the decided bar."""

    algorithm_id: int
    minute: int
    leg: int


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

    def read(self, client_order_id: str) -> "Decided | None":
        """Return what one of our ids was made of, None when it is not ours or was never made by `number`."""
        found = re.fullmatch(rf"{re.escape(self.prefix)}(\d{{1,9}})-([0-9a-z]{{1,6}})-(\d{{1,6}})", client_order_id)
        if found is None:
            return None
        return Decided(int(found[1]), int(found[2], len(DIGITS)) * MINUTE, int(found[3]))

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
