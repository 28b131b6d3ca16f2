"""Hold what is assumed about Alpaca's wire against a real paper account, by hand, on a day with keys.

    .venv/bin/python tests/smoke/paper_account.py --yes

Keys come from the environment or `.env`. It refuses a live account, places only orders of one share, far from the
market except for one share that is bought and sold again while the market is open, and takes back all it placed.
It ends with 0 when everything seen was as expected, 1 when something was not, 2 when it refused to begin.
"""

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    sys.exit(import_module("tests.smoke.program").main(sys.argv[1:]))
