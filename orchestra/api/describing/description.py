"""The description of a route: it stands beside the route, checks what is sent to it, and becomes the document.

In: a request. Out: the arguments of a view as values, its answer as JSON. Thread: the request's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Flask, request

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.describing.arguments import Argument
from orchestra.api.describing.schemas import Schema

ATTRIBUTE = "description_of_route"


@dataclass(frozen=True, slots=True)
class Description:
    """What a route is for, what it takes and what it gives. other: answers that only this route has, by status.

    is_open: no key and no session is needed.
    """

    summary: str
    answer: Schema
    detail: str = ""
    arguments: tuple[Argument, ...] = ()
    other: Mapping[int, Schema] = field(default_factory=dict)
    is_open: bool = False

    def read(self, path: Mapping[str, str]) -> dict[str, object]:
        """Return the arguments of this request by name; path: those of its path. Raises Refused.

        An unknown name is more likely a slip than a wish, and would silently select everything.
        """
        known = [argument.name for argument in self.arguments if not argument.is_in_path]
        for name in request.args:
            if name not in known:
                more = f"one of {', '.join(known)}" if known else "nothing behind '?'"
                raise Refused(400, f"'{name[:40]}' is not known here: send {more}.")
            if len(request.args.getlist(name)) > 1:
                raise Refused(400, f"'{name}' is there twice: send it once.")
        return {
            argument.name: argument.read(
                path[argument.name] if argument.is_in_path else request.args.get(argument.name)
            )
            for argument in self.arguments
        }


def describes(description: Description) -> Callable[[Callable[..., Reply]], Callable[..., Reply]]:
    """Return what fastens a description to a view that answers by itself."""

    def fasten(view: Callable[..., Reply]) -> Callable[..., Reply]:
        setattr(view, ATTRIBUTE, description)
        return view

    return fasten


def answers(description: Description) -> Callable[[Callable[..., object]], Callable[..., Reply]]:
    """Return what makes a function of the described arguments a view."""

    def make(read: Callable[..., object]) -> Callable[..., Reply]:
        @describes(description)
        @wraps(read)
        def view(**path: str) -> Reply:
            return reply(read(**description.read(path)))

        return view

    return make


def described_routes(app: Flask) -> dict[str, tuple[str, Description]]:
    """Return endpoint and description of every route that has one, by its path, in the order of the paths."""
    found: dict[str, tuple[str, Description]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        description: Any = getattr(app.view_functions[rule.endpoint], ATTRIBUTE, None)
        if isinstance(description, Description):
            found[rule.rule] = (rule.endpoint, description)
    return found
