"""Which sessions a choice may see, and which judge it afterwards.

In: how many sessions there are. Out: stretches of them, [start, end). Thread: any. No stretch that judges begins before
the one it was chosen on has ended.
"""

from dataclasses import dataclass

from database.errors import ConfigError

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """The best of `chosen_on` is played on `judged_on`."""

    chosen_on: Stretch
    judged_on: Stretch


def held_out(sessions: int, fraction: float) -> Window:
    """Return the split that keeps the last part for judging; raises ConfigError when a side would be empty."""
    if not 0 < fraction < 1:
        raise ConfigError(f"--out-of-sample {fraction} cannot be: give a part between 0 and 1, such as 0.3.")
    cut = sessions - round(sessions * fraction)
    if not 0 < cut < sessions:
        raise ConfigError(f"{sessions} sessions are too few to keep {fraction:.0%} of them for judging.")
    return Window((0, cut), (cut, sessions))


def walk_forward(sessions: int, windows: int, *, is_anchored: bool) -> list[Window]:
    """Return windows in order of time, each judged on the part after it.

    The sessions are cut into windows + 1 equal parts. anchored: choose on everything before, else on one part only.
    """
    if windows < 1 or sessions < 2 * (windows + 1):
        raise ConfigError(f"{sessions} sessions are too few for {windows} windows: give fewer, or more data.")
    cuts = [sessions * part // (windows + 1) for part in range(windows + 2)]
    return [
        Window((0 if is_anchored else cuts[part], cuts[part + 1]), (cuts[part + 1], cuts[part + 2]))
        for part in range(windows)
    ]
