"""The bar as algorithms see it: a mapping that looks like a plain dict and cannot be changed.

In: a Bar. Out: `{'timestamp': '2026-11-20T14:30:00Z', 'ohlcv': {'o', 'h', 'l', 'c', 'v'}}`. Thread: any.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NoReturn

from database.bar import Bar
from database.timestamps import iso_minute

# One text a minute, shared by every symbol that traded in it.
_iso_minute = lru_cache(maxsize=2048)(iso_minute)


class BarMapping(dict[str, Any]):
    """A dict that refuses changes, because every algorithm is handed the same one.

    json, pandas, ==, repr and unpacking see a plain dict; copies are plain dicts that may be changed.
    """

    __slots__ = ()

    def _refuse(self, *_arguments: object, **_keywords: object) -> NoReturn:
        raise TypeError("bars are shared by all algorithms and cannot be changed; change bar.copy() instead.")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def copy(self) -> dict[str, Any]:
        """Return a plain dict, plain inside too."""
        return {key: value.copy() if isinstance(value, BarMapping) else value for key, value in self.items()}

    __copy__ = copy

    def __deepcopy__(self, _memo: dict[int, Any]) -> dict[str, Any]:
        """Return a plain dict; floats and texts need no copying."""
        return self.copy()

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[dict[str, Any]]]:
        """Pickle as a plain dict."""
        return dict, (self.copy(),)


def shape(bar: Bar) -> BarMapping:
    """Return the bar in the spelling of the algorithm contract, all numbers floats."""
    return BarMapping(
        timestamp=_iso_minute(bar.ts),
        ohlcv=BarMapping(o=bar.open, h=bar.high, l=bar.low, c=bar.close, v=bar.volume),
    )
