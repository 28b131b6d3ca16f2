"""A screen that keeps what it is told."""

import io

from orchestra.run.terminal import Terminal


class Screen(Terminal):
    def __init__(self) -> None:
        self.output = io.StringIO()
        self.errors = io.StringIO()

    def said(self) -> list[str]:
        return self.output.getvalue().splitlines()
