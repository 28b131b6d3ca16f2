"""Asks at the end of each session for the bars of FULL, which nobody trades here: they can only come from history."""

import json
from pathlib import Path

from database.db_manager import get_data_for_algorithm


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        if current_time[11:16] == "20:00":
            bars = get_data_for_algorithm("FULL", "session", date=current_time[:10])
            with Path("asked.jsonl").open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(bar) + "\n" for bar in bars)
        return "hold", 0
