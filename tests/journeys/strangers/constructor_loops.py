"""Is never done being made."""


class Algorithm:
    def __init__(self, ticker, initial_capital):
        while True:
            pass

    def run(self, current_time, algo_id):
        return "hold", 0
