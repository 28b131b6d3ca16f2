"""What is scarce, in words an owner reads in a decision."""

from system_databse.day_trades.day_trade_terms import MOST_DAY_TRADES, WINDOW_SESSIONS

NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth"}
# How every note about a day trade begins, so that whoever decides a day again knows it for one.
DAY_TRADE_NOTE = "would be day trade"


def over_limit(used: int, reserved: int) -> str:
    """Return what an exit would do beyond the limit."""
    claims = f", {reserved} reserved by others" if reserved and used < MOST_DAY_TRADES else ""
    return f"{DAY_TRADE_NOTE} {used + 1} of {MOST_DAY_TRADES} in {WINDOW_SESSIONS} sessions{claims}"


def nth(rank: int) -> str:
    """Return a rank as a person says it."""
    return NTH.get(rank, f"number {rank}")


def left(count: int, noun: str) -> str:
    """Return how much was left of something that is counted."""
    if not count:
        return f"no {noun} was left"
    return f"one {noun} was left" if count == 1 else f"{count} {noun}s were left"
