"""Which PINs are refused: the ones everybody tries first (ASVS 6.2.4, NIST SP 800-63B 3.1.1.2)."""

from itertools import pairwise

SHORTEST, LONGEST = 6, 8
COMMON = frozenset(
    {
        "102030",
        "112233",
        "131313",
        "142536",
        "147258",
        "147852",
        "159357",
        "159753",
        "258456",
        "332211",
        "456789",
        "520520",
        "696969",
        "741852",
        "789456",
        "963852",
        "5201314",
        "11223344",
        "12344321",
        "14725836",
    }
)
YEARS = range(1900, 2100)


def why_refused(pin: str) -> str | None:
    """Return in words why this PIN is not taken, None for a good one."""
    if not (pin.isascii() and pin.isdigit()):
        return "A PIN is made of digits only."
    if not SHORTEST <= len(pin) <= LONGEST:
        return f"A PIN has {SHORTEST} to {LONGEST} digits."
    if len(set(pin)) == 1:
        return "All digits are the same: choose another PIN."
    if _is_run(pin):
        return "The digits follow each other in even steps: choose another PIN."
    if any(pin == pin[:length] * (len(pin) // length) for length in (2, 3, 4) if len(pin) % length == 0):
        return "The PIN repeats itself: choose another one."
    if pin in COMMON:
        return "This PIN is among those that are tried first: choose another one."
    return "This PIN reads like a date: choose another one." if _is_date(pin) else None


def _is_run(pin: str) -> bool:
    """Say whether each digit is the same step from the one before, around the clock: 123456, 890123, 864208."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1


def _is_date(pin: str) -> bool:
    """Say whether it is day, month and year in any usual order."""
    if len(pin) == 6:
        parts = pin[:2], pin[2:4], pin[4:]
        return _is_day(parts[0], parts[1]) or _is_day(parts[1], parts[0]) or _is_day(parts[2], parts[1])
    if len(pin) == 8:
        is_year_last = int(pin[4:]) in YEARS and (_is_day(pin[:2], pin[2:4]) or _is_day(pin[2:4], pin[:2]))
        is_year_first = int(pin[:4]) in YEARS and (_is_day(pin[6:], pin[4:6]) or _is_day(pin[4:6], pin[6:]))
        return is_year_last or is_year_first
    return False


def _is_day(day: str, month: str) -> bool:
    return 1 <= int(day) <= 31 and 1 <= int(month) <= 12
