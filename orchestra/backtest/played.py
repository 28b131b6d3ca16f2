"""What a walk through the minutes leaves behind: facts, nothing calculated from them yet."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from system_databse.algorithm_record import AlgorithmRecord
from system_databse.fill import Fill


@dataclass(frozen=True, slots=True)
class DayClose:
    """The books at one session's close. minute: epoch seconds; equity and cash in dollars by algorithm id."""

    day: date
    minute: int
    equity: Mapping[int, float]
    cash: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Told:
    """Decisions that said the same. action: buy, sell, hold or none; gate: the rule that stopped them."""

    algorithm_id: int
    action: str
    outcome: str
    gate: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Played:
    """One run.

    minutes: session minutes decided. reasons, rejections: why each order was wanted, or refused by the broker, by its
    id. told: how many minutes said what; of reasons that differ every minute, the first. prices: the last close by
    symbol. is_whole: False when it was canceled before its end. opened: files of the history that a strategy tried to
    read; started: programs it started. others: how many bars of the sessions played there
    are of symbols that are no ticker here and were asked for.
    """

    minutes: int
    records: tuple[AlgorithmRecord, ...]
    fills: tuple[Fill, ...]
    reasons: Mapping[str, str]
    days: tuple[DayClose, ...]
    told: Counter[Told]
    prices: Mapping[str, float]
    is_whole: bool = True
    outcomes: Counter[str] = field(default_factory=Counter)
    gates: Counter[str] = field(default_factory=Counter)
    rejections: Mapping[str, str] = field(default_factory=dict)
    opened: tuple[str, ...] = ()
    started: tuple[str, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)
