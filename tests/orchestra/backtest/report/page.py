"""A report read back as a browser would: elements, texts, attributes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(each if isinstance(each, str) else each.text for each in self.children)

    def all(self, name: str) -> "Iterator[Element]":
        for each in self.children:
            if isinstance(each, Element):
                if each.name == name:
                    yield each
                yield from each.all(name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(html: str) -> Element:
    """Return the root of a page whose elements are all closed in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root]
    return reader.root


def section(page: Element, title: str) -> Element:
    """Return the section under a heading that begins so."""
    return next(each for each in page.all("section") if next(each.all("h2")).text.startswith(title))


def rows(section: Element) -> list[list[str]]:
    """Return the cells of a section's first table, without its head."""
    body = next(section.all("tbody"))
    return [
        [cell.text for cell in row.children if isinstance(cell, Element)]
        for row in body.children
        if isinstance(row, Element)
    ]
