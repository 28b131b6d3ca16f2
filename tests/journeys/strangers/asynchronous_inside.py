"""Runs an event loop of its own inside its turn."""

import asyncio

from system_databse.system_db_manager import get_transactions


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        return asyncio.run(self.decide(current_time, algo_id))

    async def decide(self, current_time, algo_id):
        held = await asyncio.to_thread(get_transactions, algo_id)
        await asyncio.sleep(0)
        if current_time[14:16] == "01" and len(held) % 2 == 0:
            return "buy", 1
        return ("sell", 1) if current_time[14:16] == "31" and len(held) % 2 else ("hold", 0)
