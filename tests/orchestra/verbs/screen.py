"""A screen that keeps what it is told."""

import io

from orchestra.run.terminal import Terminal


class _Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


class Screen(Terminal):
    def __init__(self) -> None:
        self.output = io.StringIO()
        self.errors = _Tty()

    def said(self) -> list[str]:
        return self.output.getvalue().splitlines()
