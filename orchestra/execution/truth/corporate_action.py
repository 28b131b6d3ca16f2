"""What a company does to its shares, as Alpaca tells it: splits and new symbols.

In: the answer of Alpaca's corporate actions, and the account's activities. Out: frozen values.
What cannot be read is left out and logged: the account's numbers will not agree then, and the owner hears of it.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

log = logging.getLogger(__name__)

SPLITS = ("forward_splits", "reverse_splits")
NAME_CHANGES = "name_changes"
# Activities that say that the broker has booked a split: the shares, and what was paid for the rest of one.
SPLIT_ACTIVITY, CASH_IN_LIEU_ACTIVITY = "SPLIT", "CIL"
ACTIVITY_KINDS = (SPLIT_ACTIVITY, CASH_IN_LIEU_ACTIVITY)


@dataclass(frozen=True, slots=True)
class Split:
    """ratio: new shares for one old one. ex_date: the first session on the new terms."""

    symbol: str
    ex_date: date
    ratio: Fraction

    @property
    def ref(self) -> str:
        """Return its name in the books: a company splits at most once a day, whoever tells it."""
        return f"split:{self.symbol}:{self.ex_date.isoformat()}"

    @property
    def words(self) -> str:
        """Return it for the owner."""
        return f"the split {self.ratio.numerator} for {self.ratio.denominator} of {self.ex_date.isoformat()}"


@dataclass(frozen=True, slots=True)
class NameChange:
    """A company's new symbol. day: the first session under it."""

    old: str
    new: str
    day: date

    @property
    def ref(self) -> str:
        """Return its name in the books."""
        return f"rename:{self.old}:{self.new}:{self.day.isoformat()}"


@dataclass(frozen=True, slots=True)
class ShareActivity:
    """What the broker has booked of a split. net_amount: dollars paid in place of a part of a share."""

    id: str
    kind: str
    symbol: str
    day: date
    net_amount: Decimal


def read_actions(answer: Mapping[str, Any]) -> tuple[list[Split], list[NameChange]]:
    """Return the splits and new symbols of an answer, by day."""
    splits = [split for kind in SPLITS for row in _rows(answer, kind) if (split := _split(row))]
    changes = [change for row in _rows(answer, NAME_CHANGES) if (change := _change(row))]
    return sorted(splits, key=lambda each: each.ex_date), sorted(changes, key=lambda each: each.day)


def read_activities(rows: list[dict[str, Any]]) -> list[ShareActivity]:
    """Return what of the activities tells of splits."""
    return [activity for row in rows if (activity := _activity(row))]


def _rows(answer: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    rows = answer.get(kind)
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            yield row


def _split(row: Mapping[str, Any]) -> Split | None:
    try:
        ratio = Fraction(str(row["new_rate"])) / Fraction(str(row["old_rate"]))
        if ratio <= 0:
            raise ValueError(f"{row['new_rate']} for {row['old_rate']}")
        return Split(str(row["symbol"]), date.fromisoformat(str(row["ex_date"])), ratio)
    except (KeyError, ValueError, ZeroDivisionError) as error:
        log.warning("A split could not be read: %r", error)
        return None


def _change(row: Mapping[str, Any]) -> NameChange | None:
    try:
        return NameChange(str(row["old_symbol"]), str(row["new_symbol"]), date.fromisoformat(str(row["process_date"])))
    except (KeyError, ValueError) as error:
        log.warning("A new symbol could not be read: %r", error)
        return None


def _activity(row: Mapping[str, Any]) -> ShareActivity | None:
    try:
        kind = str(row["activity_type"])
        if kind not in ACTIVITY_KINDS:
            return None
        amount = Decimal(str(row.get("net_amount") or 0))
        return ShareActivity(str(row["id"]), kind, str(row["symbol"]), date.fromisoformat(str(row["date"])), amount)
    except (KeyError, ValueError, InvalidOperation) as error:
        log.warning("An activity of the account could not be read: %r", error)
        return None
