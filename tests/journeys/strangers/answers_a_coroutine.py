"""Is asynchronous although nobody waits for it."""


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    async def run(self, current_time, algo_id):
        return "buy", 1
