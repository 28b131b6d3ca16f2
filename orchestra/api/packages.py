"""The packages the program is made with, and their licences, as they say themselves.

In: the list of requirements. Out: name, version and licence of each, what they need included. Thread: any.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
# Some packages put the whole text of their licence into that field.
LONGEST_LICENCE = 60
OSI = "License :: OSI Approved :: "
UNKNOWN = "see the package"


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package."""

    name: str
    version: str
    licence: str


def packages_of(requirements: Path) -> list[Package]:
    """Return what the program needs and what that needs in turn, by name; what is not installed is left out."""
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found: dict[str, Package] = {}
    waiting = list(_names(lines))
    while waiting:
        name = waiting.pop()
        key = _key(name)
        if key in found:
            continue
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        found[key] = Package(package.metadata["Name"], package.version, _licence(package.metadata))
        waiting += _names([each for each in package.requires or () if "extra ==" not in each])
    return [found[key] for key in sorted(found)]


def _names(requirements: list[str]) -> Iterator[str]:
    for line in requirements:
        if match := NAME.match(line.strip()):
            yield match[0]


def _key(name: str) -> str:
    """Return the name as the index of packages compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(told: metadata.PackageMetadata) -> str:
    classifiers = [each.removeprefix(OSI) for each in told.get_all("Classifier") or () if each.startswith(OSI)]
    expressions, texts = told.get_all("License-Expression") or (), told.get_all("License") or ()
    for licence in (*expressions, *classifiers, *texts):
        if len(licence) <= LONGEST_LICENCE and "\n" not in licence and licence != "UNKNOWN":
            return str(licence)
    return UNKNOWN
