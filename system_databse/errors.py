"""Errors of strategies and of the broker; the tree is drawn in `database.errors`."""

from database.errors import AutoTraderError


class StrategyError(AutoTraderError):
    """Report that one algorithm's file or answer cannot be used; the others run on."""


class BrokerError(AutoTraderError):
    """Report trouble with the broker."""


class BrokerUnavailable(BrokerError):
    """The broker did not take the request; it is safe to ask again later."""


class BrokerRejected(BrokerError):
    """The broker refused for good. status: HTTP status; code: the broker's own code, if any."""

    def __init__(self, message: str, *, status: int, code: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class BrokerOutcomeUnknown(BrokerError):
    """An order was sent and no answer came: it may or may not exist. Ask for its id first."""
