"""Start AutoTrader: the same program as `python3 orchestra/orchestrator.py`."""

import sys

from orchestra.orchestrator import main

if __name__ == "__main__":
    sys.exit(main())
