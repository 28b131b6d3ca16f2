"""Strangers' text made fit for a database, a log line and a screen."""


def plain_line(text: str, *, longest: int) -> str:
    """Return the text in one line of at most `longest` characters, with nothing UTF-8 cannot carry."""
    storable = text[: 2 * longest].encode("utf-8", "replace").decode("utf-8")
    return " ".join(storable.split())[:longest]
