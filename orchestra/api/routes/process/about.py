"""What AutoTrader is made of, over HTTP: its version, the libraries of its page, its packages and their licences."""

import platform
from dataclasses import asdict
from functools import cache

from flask import Blueprint

from orchestra.api.answers import Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.front_end import FrontEnd
from orchestra.api.packages import packages_of
from orchestra.api.protocol import ROUTES


def routes(api: ApiContext, front_end: FrontEnd) -> Blueprint:
    """Return the route of the screen About."""
    blueprint = Blueprint("about", __name__)

    @cache
    def packages() -> list[dict[str, str]]:
        """Look once: what is installed does not change under a running program."""
        requirements = api.parts.process.requirements
        return [asdict(each) for each in packages_of(requirements)] if requirements else []

    @blueprint.get(ROUTES["about"])
    def about() -> Reply:
        return reply(
            {
                "version": api.parts.version,
                "python": platform.python_version(),
                "page": [{"name": name, "text": text} for name, text in front_end.notices.items()],
                "packages": packages(),
            }
        )

    return blueprint
