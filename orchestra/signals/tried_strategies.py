"""Strategy files found, imported and tried before anything is touched.

In: what is to be started. Out: files that work, or ConfigError. Thread: main, before the engine.
"""

from collections.abc import Sequence

from database.errors import ConfigError
from orchestra.messages.commands import StartAlgorithm
from orchestra.signals.strategy_loader import StrategyFile, StrategyLoader
from system_databse.errors import StrategyError


def tried_strategies(loader: StrategyLoader, commands: Sequence[StartAlgorithm]) -> list[StrategyFile]:
    """Return the file of each command; raises ConfigError when no instance of one can be made."""
    try:
        # All are found before any is imported, which may change the working directory.
        files = [loader.find(command.algorithm) for command in commands]
        for file, command in zip(files, commands, strict=True):
            loader.make(file, command.ticker, command.capital, params=command.params)
    except StrategyError as error:
        raise ConfigError(f"{str(error).rstrip('.')}: correct the file or --algorithm.") from error
    return files
