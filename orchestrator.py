"""Start AutoTrader: the same program as `python3 orchestra/orchestrator.py`."""

from orchestra.orchestrator import run_program

if __name__ == "__main__":
    run_program()
