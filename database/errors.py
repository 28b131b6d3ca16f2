"""Errors by the reaction they call for. One root, one branch for each reaction.

AutoTraderError
+-- ConfigError             refuse to start, one plain sentence
+-- MarketDataError         skip this symbol this minute and say so
+-- StorageError            stop trading, keep the screen alive
|   +-- StorageUnavailable  skip this minute, go on when the disk takes writes again
|   +-- StorageDamaged      set the file aside, restore the newest good backup, halt
+-- StrategyError           (system_databse.errors) switch that algorithm off, others run on
+-- BrokerError             (system_databse.errors)
    +-- BrokerUnavailable   back off and try again
    +-- BrokerRejected      final, record
    +-- BrokerOutcomeUnknown  reconcile before anything else
"""

from pathlib import Path


class AutoTraderError(Exception):
    """Root of every error that AutoTrader raises on purpose."""


class ConfigError(AutoTraderError):
    """Say in one sentence what the owner has to change before the program can start."""


class MarketDataError(AutoTraderError):
    """Report market data that cannot be used; the symbol is skipped for this minute."""


class StorageError(AutoTraderError):
    """Report that a database cannot be trusted or written; trading stops."""


class StorageUnavailable(StorageError):
    """Report that a write was not taken: the disk is full or failing, or another program holds the file.

    Nothing of the transaction counts until the file has been opened again and read. is_full: room would help.
    """

    def __init__(self, message: str, *, is_full: bool = False) -> None:
        super().__init__(message)
        self.is_full = is_full


class StorageDamaged(StorageError):
    """Report that a file's content is not what was written. path, finding: the file and the fault, where known."""

    def __init__(self, message: str, *, path: Path | None = None, finding: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.finding = finding or message
