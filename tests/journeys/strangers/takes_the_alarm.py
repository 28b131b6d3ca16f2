"""Uses the alarm clock of the process for itself and leaves it ringing."""

import signal

from system_databse.system_db_manager import get_transactions


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.alarm(1)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        held = len(get_transactions(algo_id)) % 2
        if current_time[14:16] == "01" and not held:
            return "buy", 1
        return ("sell", 1) if current_time[14:16] == "31" and held else ("hold", 0)
