"""HTML and SVG from pieces: every text from outside is escaped here and nowhere else.

In: names, texts, finished pieces. Out: Markup, a text that may stand in a page. Thread: any.
"""

from collections.abc import Iterable
from html import escape


class Markup(str):
    """A piece of a page; a plain text becomes one only by `text`."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Return a text made harmless."""
    return Markup(escape(str(value)))


def tag(name: str, *inner: object, **attributes: object) -> Markup:
    """Return an element. Plain texts inside are escaped; class_ is class, a_b is a-b, None leaves an attribute out."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{told}>{join(inner)}</{name}>")


def join(pieces: Iterable[object]) -> Markup:
    """Return pieces one after the other."""
    return Markup("".join(piece if isinstance(piece, Markup) else escape(str(piece)) for piece in pieces))


def table(head: Iterable[object], rows: Iterable[Iterable[object]], *, kinds: str) -> Markup:
    """Return a table. kinds: a letter a column: n for numbers, at the right; s for short words, w for long ones."""
    names = list(head)
    classes = [{"n": "number", "s": "short", "w": None}[kind] for kind in kinds]
    lines = [tag("tr", *(tag("th", name, scope="col", class_=kind) for name, kind in zip(names, classes, strict=True)))]
    lines += [
        tag("tr", *(tag("td", cell, class_=kind) for cell, kind in zip(row, classes, strict=True))) for row in rows
    ]
    return tag("div", tag("table", tag("thead", lines[0]), tag("tbody", *lines[1:])), class_="scroll")
