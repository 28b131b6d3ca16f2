"""The system's Chromium, driven by tests: what it is called with, and what its page needs."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.source_tree import ROOT

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LIBRARY = ROOT / "frontend/vendor/socket.io.esm.min.js"


@contextmanager
def launched() -> Iterator[Browser]:
    """Start it, once in a process: two of them at a time do not get along. Skips, and says so, where there is none.

    Preferred is the one without windows: the whole browser loads two pages of its own for each window of a test.
    """
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.skip("THE PAGE IS NOT TESTED: there is no Chromium. Run 'sudo apt install chromium'.")
    if not LIBRARY.exists():
        pytest.skip("THE PAGE IS NOT TESTED: its library is missing. Run ./start_autotrader.sh once.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()
