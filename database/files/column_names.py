"""Which column of a file is which: the usual spellings of a bar's fields.

In: the header of a file. Out: the position of each field, or ConfigError. Thread: any.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from database.errors import ConfigError

# The first of the spellings that a file has is taken; `<TICKER>` and `Adj Close` are compared as ticker and adjclose.
SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "symbol": ("symbol", "ticker", "sym", "s"),
        "timestamp": ("timestamp", "datetime", "date", "time", "ts", "t"),
        "open": ("open", "o"),
        "high": ("high", "h"),
        "low": ("low", "l"),
        "close": ("close", "c"),
        "volume": ("volume", "vol", "v"),
        "vwap": ("vwap", "vw", "averageprice"),
        "trade_count": ("tradecount", "transactions", "trades", "n"),
    }
)
NEEDED = ("timestamp", "open", "high", "low", "close", "volume")
# Of a day and a time of day in two columns the second one's field.
TIME_OF_DAY = "time_of_day"


def find_columns(header: Sequence[str], file: str) -> dict[str, int]:
    """Return the position of each field the header has, and TIME_OF_DAY where `date` and `time` are two columns.

    Raises ConfigError when a field is missing or a name stands there twice. file: as the owner named it.
    """
    names = [_plain(name) for name in header]
    found: dict[str, int] = {}
    for field, spellings in SPELLINGS.items():
        spelling = next((spelling for spelling in spellings if spelling in names), None)
        if spelling is None:
            continue
        if names.count(spelling) > 1:
            raise ConfigError(f"{file}: the column {spelling} is there twice; leave one of them out.")
        found[field] = names.index(spelling)
    missing = [field for field in NEEDED if field not in found]
    if missing:
        shown = ", ".join(header)[:200] or "nothing"
        raise ConfigError(
            f"{file}: the first line must name the columns; {', '.join(missing)} is missing in what stands there"
            f" ({shown})."
        )
    if names[found["timestamp"]] == "date" and "time" in names:
        found[TIME_OF_DAY] = names.index("time")
    return found


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
