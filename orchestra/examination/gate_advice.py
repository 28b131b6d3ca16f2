"""What to do about each reason why nothing is bought.

In: a reason as the engine tells it. Out: a sentence. Thread: any; a table, the first line that fits.
"""

WAIT = "nothing to do: it ends by itself"

ADVICE = (
    ("refuses our keys", "make new keys at Alpaca, put them into .env and restart AutoTrader"),
    ("another installation", "stop the other one, or use another account there"),
    ("have not been compared", WAIT),
    ("no PIN", "create a PIN on this machine's own screen"),
    ("stream is down", "nothing to do: it connects again by itself; if it stays down, look at the network"),
    ("feed is down", "nothing to do: it connects again by itself; if it stays down, look at the network"),
    ("does not answer", "look at the network; it is asked again by itself"),
    ("clock", "set this machine's clock; 'sudo timedatectl set-ntp true' keeps it right"),
    ("not told yet", "nothing to do: the exchange is asked again; if it stays so, look at the network"),
    ("split its shares", "nothing to do: it is asked again; if it stays so, look at the network"),
    ("still being fetched", WAIT),
    ("free on the disk", "delete files you do not need; nothing is bought below 100 MB"),
    ("can be stored", "look at the disk and its rights; the log names the file"),
    ("door.db", "look at the rights of door.db; halt and resume once it can be read"),
    ("damaged", "stop AutoTrader and start it again: it restores the newest good backup"),
    ("safe mode", "look at the log for what ended it, then resume with the PIN"),
    ("memory runs out", "nothing to do: AutoTrader restarts without the algorithm that took it"),
)


def advice_on(reason: str) -> str:
    """Return what to do about a reason; for one that is not listed, where to look."""
    return next((advice for fragment, advice in ADVICE if fragment in reason), "look at the log, which says more")
