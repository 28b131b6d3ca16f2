"""Cannot be made."""


class Algorithm:
    def __init__(self, ticker, initial_capital):
        raise SystemExit("no such strategy")

    def run(self, current_time, algo_id):
        return "hold", 0
