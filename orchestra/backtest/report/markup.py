"""HTML and SVG from pieces: every text from outside is escaped here and nowhere else.

In: names, texts, finished pieces. Out: Markup, a text that may stand in a page. Thread: any.
"""

from collections.abc import Iterable
from html import escape

from orchestra.backtest.report.figures import plain


class Markup(str):
    """A piece of a page; a plain text becomes one only by `text`."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Return a text made harmless."""
    return Markup(escape(plain(value)))


def tag(name: str, *inner: object, **attributes: object) -> Markup:
    """Return an element. Plain texts inside are escaped; class_ is class, a_b is a-b, None leaves an attribute out."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{told}>{join(inner)}</{name}>")


def join(pieces: Iterable[object]) -> Markup:
    """Return pieces one after the other."""
    return Markup("".join(piece if isinstance(piece, Markup) else text(piece) for piece in pieces))


def table(head: Iterable[object], rows: Iterable[Iterable[object]], *, kinds: str, name: str | None = None) -> Markup:
    """Return a table that scrolls in its own box.

    kinds: a letter a column: n for numbers, at the right; s for short words, w for long ones. The first column heads
    its row. name: for whoever hears the page.
    """
    classes = [{"n": "number", "s": "short", "w": None}[kind] for kind in kinds]
    heads = (tag("th", each, scope="col", class_=kind) for each, kind in zip(head, classes, strict=True))
    lines = [tag("tr", *(_cell(at, cell, classes[at]) for at, cell in enumerate(row))) for row in rows]
    body = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *lines), aria_label=name)
    # Only what can have the focus can be scrolled with keys.
    return tag("div", body, class_="scroll", tabindex=0, role="region", aria_label=name or "Table")


def _cell(at: int, cell: object, kind: str | None) -> Markup:
    return tag("th", cell, scope="row", class_=kind) if at == 0 else tag("td", cell, class_=kind)
