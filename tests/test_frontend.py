"""The page's files keep the rules of the house: nothing inline, nothing from outside, no parsing of texts, small."""

import gzip
import re
from pathlib import Path

import pytest

from tests.source_tree import ROOT

FRONTEND = ROOT / "frontend"
SCRIPT_BYTES, PAGE_BYTES, PAGE_BYTES_COMPRESSED = 100_000, 160_000, 55_000
CHART_BYTES, CHART_BYTES_COMPRESSED = 200_000, 63_000
MODULE_LINES = 200
TOKENS = FRONTEND / "css/tokens.css"
THEMES = ("dark", "light", "terminal")
PARSES_TEXT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function|createContextualFragment"
)


def files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in FRONTEND.glob(pattern))


def scripts() -> list[Path]:
    found = files("js/**/*.js")
    assert found
    return found


def test_the_document_holds_nothing_inline_and_nothing_from_outside() -> None:
    text = (FRONTEND / "dashboard.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=|javascript:", text) == []
    assert re.findall(r"https?://|//\w+\.\w", text) == []
    linked = re.findall(r'(?:src|href)="(/[^"]+)"', text)
    assert linked
    assert [name for name in linked if not (FRONTEND / name.removeprefix("/frontend/{{version}}/")).is_file()] == []


def test_every_style_sheet_is_loaded_once() -> None:
    """Home's are linked in the page; the others come with the first other screen."""
    later = re.search(r"LATER = \[(.*?)\]", (FRONTEND / "js/styles.js").read_text(encoding="utf-8"), re.DOTALL)
    assert later
    named = [path.stem for path in home_styles()] + re.findall(r'"(\w+)"', later[1])
    assert sorted(named) == sorted(path.stem for path in files("css/*.css"))


def test_every_rule_of_a_style_sheet_ends() -> None:
    """A brace that is missing costs the rest of its file, and no browser says so."""
    for path in files("css/*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        # A rule is closed before the next begins; only what stands under a condition is one deeper.
        plain = re.sub(r"\{[^{}]*\}", ";", text)
        conditions = re.sub(r"@[\w-]+[^{};]*\{[^{}]*\}", ";", plain)
        assert "{" not in conditions, path.name
        assert "}" not in conditions, path.name


def test_no_module_parses_a_text_as_markup_or_code() -> None:
    assert [path.name for path in scripts() if PARSES_TEXT.search(path.read_text(encoding="utf-8"))] == []


def test_no_file_names_an_address_outside() -> None:
    # The second is told, not asked: the chart library's notice wants it.
    addresses = {"http://www.w3.org/2000/svg", "https://www.tradingview.com/"}
    found = {
        address
        for path in [*scripts(), *files("css/*.css")]
        for address in re.findall(r"(?:https?|wss?)://[^\s\"'`)]+", path.read_text(encoding="utf-8"))
    }
    assert found - addresses == set()


def test_every_module_is_small_and_says_what_it_is() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in scripts()}
    assert [name for name, text in texts.items() if not text.startswith("/** ")] == []
    assert [name for name, text in texts.items() if text.count("\n") > MODULE_LINES] == []


def test_every_imported_module_exists() -> None:
    for path in scripts():
        for name in re.findall(r'(?:from |import\(|later\()"(\.[^"]+)"', path.read_text(encoding="utf-8")):
            target = (path.parent / name).resolve()
            assert target.is_file() or "vendor" in target.parts, f"{path.name} imports {name}"


def test_the_page_keeps_its_budget() -> None:
    library = FRONTEND / "vendor/socket.io.esm.min.js"
    if not library.exists():
        pytest.skip("the library is missing: run ./start_autotrader.sh once")
    assert sum(path.stat().st_size for path in first_modules()) <= SCRIPT_BYTES
    loaded = [*first_modules(), *home_styles(), FRONTEND / "dashboard.html", library]
    bodies = [path.read_bytes() for path in loaded]
    assert sum(map(len, bodies)) <= PAGE_BYTES
    # The server compresses each file by itself.
    assert sum(len(gzip.compress(body, 9)) for body in bodies) <= PAGE_BYTES_COMPRESSED


def home_styles() -> list[Path]:
    text = (FRONTEND / "dashboard.html").read_text(encoding="utf-8")
    return [FRONTEND / name for name in re.findall(r'href="/frontend/\{\{version\}\}/(css/[\w-]+\.css)"', text)]


def test_the_chart_library_keeps_its_budget_and_is_loaded_by_one_module_when_a_chart_first_shows() -> None:
    library = FRONTEND / "vendor/lightweight-charts.standalone.production.mjs"
    if not library.exists():
        pytest.skip("the library is missing: run ./start_autotrader.sh once")
    body = library.read_bytes()
    assert len(body) <= CHART_BYTES
    assert len(gzip.compress(body, 9)) <= CHART_BYTES_COMPRESSED
    naming = {path.name: path.read_text(encoding="utf-8") for path in scripts()}
    [text] = [text for text in naming.values() if library.name in text]
    # An import that stands at the top would be loaded with its screen, and its absence would cost the whole page.
    assert re.findall(rf'\blater\("[./]+vendor/{re.escape(library.name)}", import\.meta\.url\)', text)
    assert re.findall(rf"^(?:import|export)\b.*{re.escape(library.name)}", text, re.MULTILINE) == []


def first_modules() -> set[Path]:
    """Return the modules that Home loads: main.js, app.js and what they import at once."""
    found: set[Path] = set()
    waiting = [FRONTEND / "js/main.js", FRONTEND / "js/app.js"]
    while waiting:
        path = waiting.pop()
        if path in found or "vendor" in path.parts:
            continue
        found.add(path)
        names = re.findall(r'from "(\.[^"]+)"', path.read_text(encoding="utf-8"))
        waiting += [(path.parent / name).resolve() for name in names]
    assert FRONTEND / "js/screens/home.js" in found
    return found


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("ink", "least"),
    [
        ("text", 7),
        ("muted", 4.5),
        ("gain", 4.5),
        ("loss", 4.5),
        ("accent", 4.5),
        ("warn", 4.5),
        ("demo", 4.5),
        ("control", 3),
    ],
)
def test_every_ink_can_be_read_on_every_ground(theme: str, ink: str, least: float) -> None:
    tokens = colours(theme)
    for ground in ("bg", "surface", "raised"):
        assert contrast(tokens[ink], tokens[ground]) >= least, f"{ink} on {ground}"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("ink", "ground"), [("on-accent", "accent"), ("on-demo", "demo"), ("on-stop", "stop"), ("on-live", "live")]
)
def test_every_label_can_be_read_on_its_button(theme: str, ink: str, ground: str) -> None:
    tokens = colours(theme)
    assert contrast(tokens[ink], tokens[ground]) >= 4.5


def test_the_page_offers_the_themes_that_are_tested() -> None:
    offered = re.search(r"THEMES = \{(.*)\}", (FRONTEND / "js/theme.js").read_text(encoding="utf-8"))
    assert offered
    assert sorted(re.findall(r"(\w+):", offered[1])) == sorted({*THEMES, "system"})


def test_a_theme_of_its_own_leaves_no_colour_to_another_one() -> None:
    paired = re.findall(r"--([\w-]+): light-dark", TOKENS.read_text(encoding="utf-8"))
    assert paired
    assert set(paired) <= own_colours("terminal").keys()


def colours(theme: str) -> dict[str, str]:
    pairs = re.findall(
        r"--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));", rules(r":root \{\n  color-scheme: light dark;")
    )
    found = {name: both or (light if theme == "light" else dark) for name, light, dark, both in pairs}
    return found | own_colours(theme)


def own_colours(theme: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#\w{6});", rules(rf':root\[data-theme="{theme}"\] \{{')))


def rules(start: str) -> str:
    """Return what the block holds that begins like this."""
    found = re.search(rf"^{start}(.*?)^\}}", TOKENS.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert found, start
    return found[1]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio of two sRGB colours."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
