"""The line to the broker's account, for a verb that asks it something.

In: settings with keys. Out: the port to Alpaca. Thread: main.
"""

from database.errors import ConfigError
from orchestra.alpaca_wrapper import AlpacaWrapper
from orchestra.runtime.clock import Clock
from orchestra.runtime.settings import Mode, Settings


def line_to(settings: Settings, mode: Mode, clock: Clock) -> AlpacaWrapper:
    """Return the line of these keys; raises ConfigError without keys."""
    key, secret = settings.alpaca_api_key, settings.alpaca_secret_key
    if key is None or secret is None:
        raise ConfigError("There are no keys: put ALPACA_API_KEY and ALPACA_SECRET_KEY into .env.")
    return AlpacaWrapper(
        key.get_secret_value(),
        secret.get_secret_value(),
        is_paper=mode is not Mode.LIVE,
        base_url=settings.alpaca_base_url,
        feed=settings.data_feed,
        clock=clock,
    )
