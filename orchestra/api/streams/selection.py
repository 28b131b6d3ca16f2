"""Which events a stream tells: all of them, or those of some kinds; bars only to whoever asks for them."""

from dataclasses import dataclass

BARS = "bar."
# What the log keeps for the doctor alone.
NEVER_TOLD = frozenset({"gauges"})


@dataclass(frozen=True, slots=True)
class Selection:
    """What one socket wants. prefixes: of the kinds, "" for all that are kept; has_bars: bars as well."""

    prefixes: tuple[str, ...]
    has_bars: bool = False

    def takes(self, kind: str) -> bool:
        """Say whether events of this kind are wanted."""
        if kind.startswith(BARS):
            return self.has_bars
        return kind not in NEVER_TOLD and kind.startswith(self.prefixes)


EVERYTHING = ("",)
SIGNALS = ("signal.", "coordinated.")
TRADES = ("order.", "trade.", "position.")
