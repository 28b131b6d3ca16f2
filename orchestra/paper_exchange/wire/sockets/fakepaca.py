"""FAKEPACA, the only symbol of the test feed: a price that climbs a cent a minute for an hour and starts again."""

from database.bar import MINUTE, Bar

FAKEPACA = "FAKEPACA"
LOWEST = 100.0


def fake_bar(ts: int) -> Bar:
    """Return the bar of any minute."""
    low = round(LOWEST + ts // MINUTE % 60 / 100, 2)
    high = round(low + 0.05, 2)
    return Bar(FAKEPACA, ts, low, high, low, high, 400.0, round(low + 0.025, 4), 4)
