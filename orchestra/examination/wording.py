"""How a doctor tells a length of time and an amount of memory."""

MEGABYTE = 1_000_000


def span(seconds: float) -> str:
    """Return a length of time: 12 s, 5 min, 3 h 10 min, 2 d 4 h."""
    whole = max(0, int(seconds))
    if whole < 90:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def megabytes(size: float) -> str:
    """Return an amount: 0.4 MB, 45 MB, 12,300 MB."""
    amount = size / MEGABYTE
    return f"{amount:,.0f} MB" if amount >= 10 else f"{amount:.1f} MB"
