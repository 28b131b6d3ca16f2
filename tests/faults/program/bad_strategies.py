"""Seventeen bad strategies (reliability.md 4.8): those that an alarm stops, and those that only the watchdog can."""

TEMPLATE = """
import hashlib, os, queue, re, socket, sys, threading, time

class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
{body}
"""

HONEST = "return ('hold', 0)"

# Contained in the minute: interrupted, or failed with its error.
CONTAINED = {
    "loops": "while True: pass",
    "sleeps": "time.sleep(1000)",
    "regular expression": "re.match(r'(a+)+$', 'a' * 40 + 'b')",
    "giant power": "x = 7\nwhile True: x = x ** 3 % (10 ** 4000 + 1)",
    "waits for a lock": "lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "waits for a queue": "queue.Queue().get()",
    "waits for a socket": "a, b = socket.socketpair(); a.recv(1)",
    "eats memory": "kept = []\nwhile True: kept.append(bytearray(10_000_000))",
    "loops and catches": "while True:\n    try:\n        time.sleep(0.01)\n    except Exception:\n        pass",
    "recursion": "def deeper(n): return deeper(n + 1)\ndeeper(0)",
    "ends the interpreter": "sys.exit(3)",
    "sorts more than there is memory for": "sorted(range(10 ** 9))",
    "raises": "raise ValueError('no')",
}
# No alarm reaches them: the finished minute does not come, and whoever waits for it has to act.
FOR_THE_WATCHDOG = {
    "long sum": "return ('hold', sum(range(10 ** 11)))",
    "long hash": "hashlib.pbkdf2_hmac('sha512', b'x', b'y', 10 ** 9)",
    "catches its interruption": (
        "while True:\n    try:\n        time.sleep(0.01)\n    except BaseException:\n        pass"
    ),
    "ends the process": "os._exit(3)",
}


def source(body: str) -> str:
    """Return the file of a strategy with that body of `run`."""
    return TEMPLATE.format(body="\n".join(f"        {line}" for line in body.splitlines()))
