"""The starting page and what it is told: a file beside it that the page reads again and again.

In: how far the program is. Out: the file; the address of the page. Thread: main.
A page of a file may load a script of another file, and nothing else: so the file is a script that calls one function.
"""

import json
from pathlib import Path
from urllib.parse import quote

NAME = "status.js"


class StartingPage:
    """Write what the starting page shows. folder: where it is written."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._page = root / "frontend/starting.html"
        self._file = folder / NAME
        self._told = ""

    @property
    def address(self) -> str:
        """Return the address the browser is opened at."""
        return f"{self._page.as_uri()}?status={quote(self._file.as_uri(), safe='')}"

    def tell(self, words: str, *, page: str = "") -> None:
        """Show these words; page: go on to this address."""
        text = f"autotraderStatus({json.dumps({'words': words, 'page': page})});\n"
        if text == self._told:
            return
        self._told = text
        fresh = self._file.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self._file)
