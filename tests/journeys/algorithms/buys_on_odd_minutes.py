"""Wants an order every minute: buys ten on odd ones, sells what it holds on even ones."""

from system_databse.system_db_manager import get_transactions

PARITY = 1


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.reason = ""

    def run(self, current_time, algo_id):
        rows = get_transactions(algo_id)
        self.reason = f"saw {len(rows)} of its own"
        held = sum(row["shares"] if row["type"] == "buy" else -row["shares"] for row in rows)
        if int(current_time[14:16]) % 2 == PARITY:
            return ("buy", 10) if held == 0 else ("hold", 0)
        return ("sell", held) if held else ("hold", 0)
