"""Pictures of every view in every size, into a folder. Run: tests/screenshots.sh OUT_DIR [VIEW ...].

Every view in dark; Home, an algorithm's detail and the lock in the other themes as well.
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.chromium import FLAGS
from tests.browser.gallery.showroom import SIZES, Showroom, showroom
from tests.browser.gallery.views import BY_NAME, IN_ALL_THEMES, SHOW_THEME, THEMES, VIEWS, show_lock
from tests.browser.served_site import claim


def main() -> None:
    """Take the pictures."""
    if len(sys.argv) < 2:
        sys.exit("Say into which folder: tests/screenshots.sh OUT_DIR [VIEW ...]")
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("There is no Chromium: run 'sudo apt install chromium'.")
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[2:]
    unknown = [name for name in wanted if name not in BY_NAME]
    if unknown:
        sys.exit(f"There is no view {unknown[0]!r}: take one of {', '.join(BY_NAME)}.")
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "claimed").mkdir()
        (folder / "site").mkdir()
        token = claim(folder / "claimed")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        with showroom(browser, (folder / "claimed", token), folder / "site") as room:
            for size in SIZES:
                take(room, size, out, wanted)
        browser.close()


def take(room: Showroom, size: str, out: Path, wanted: list[str]) -> None:
    """Take the pictures of one size."""
    screen = room.window(size)
    for view in VIEWS:
        if wanted and view.name not in wanted:
            continue
        view.show(screen, room.house)
        for theme in THEMES if view.name in IN_ALL_THEMES else THEMES[:1]:
            screen.page.evaluate(SHOW_THEME, theme)
            screen.page.screenshot(path=out / f"{view.name}-{size}-{theme}.png")
    if not wanted:
        locked = room.window(size, is_unlocked=False)
        show_lock(locked, room.house)
        for theme in THEMES:
            locked.page.evaluate(SHOW_THEME, theme)
            locked.page.screenshot(path=out / f"lock-{size}-{theme}.png")


if __name__ == "__main__":
    main()
