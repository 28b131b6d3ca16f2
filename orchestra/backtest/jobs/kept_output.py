"""What a job's process prints, kept in a file up to a limit: an algorithm may print without end.

In: text. Out: a file; what is beyond the limit is dropped. Thread: any.
"""

import io
from pathlib import Path

MOST_CHARACTERS = 50_000
CUT = "\n(What came after this was left out.)\n"


class KeptOutput(io.TextIOBase):
    """Stand in for standard output and error. Nothing that goes wrong here disturbs whoever prints."""

    def __init__(self, path: Path, *, most: int = MOST_CHARACTERS) -> None:
        super().__init__()
        self._path = path
        self._left = most

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, text: str) -> int:
        """Keep as much as there is room for; return the length, as if all were written."""
        if self._left > 0:
            kept = text if len(text) <= self._left else text[: self._left] + CUT
            self._left -= len(text)
            self._append(kept)
        return len(text)

    def close(self) -> None:
        """Stay open: a traceback may still come."""

    def _append(self, text: str) -> None:
        try:
            with self._path.open("a", encoding="utf-8", errors="replace") as file:
                file.write(text)
        except OSError:
            self._left = 0
