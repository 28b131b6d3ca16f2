"""Never comes to the end of its reason."""


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    @property
    def reason(self):
        while True:
            pass

    def run(self, current_time, algo_id):
        return "hold", 0
