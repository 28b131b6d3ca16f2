"""Never finishes its import."""

import pathlib
import time

pathlib.Path("here").touch()
while True:
    time.sleep(0.001)


class Algorithm:
    def run(self, current_time, algo_id):
        return ("hold", 0)
