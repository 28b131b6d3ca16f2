"""Whether the best of many tries is likely luck, and whether one run's profits are.

Source: Bailey and Lopez de Prado, "The Deflated Sharpe Ratio: Correcting for Selection Bias, Backtest Overfitting and
Non-Normality", Journal of Portfolio Management 40(5), 2014. In: daily returns, the Sharpe ratios of all tries; profits
of round trips. Out: probabilities, a sentence. Thread: any. Sharpe ratios in here are per day, not annualised, where
nothing else is said.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from random import Random
from statistics import NormalDist, fmean, pstdev, variance

from system_databse.performance.returns import SESSIONS_A_YEAR, sharpe_ratio

EULER_MASCHERONI = 0.5772156649015329
CONFIDENCE = 0.95
FLIPS = 1_000
# Of so many profits no few decide the sum any more: its distribution is normal, and flipping them all takes too long.
MANY_PROFITS = 500
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What chance would have given.

    expected: the best annualised Sharpe ratio that so many tries give without skill; probability: that the true one is
    above it (the deflated Sharpe ratio); both None when there is too little to say.
    """

    tries: int
    best: float | None
    expected: float | None
    probability: float | None

    @property
    def is_likely_luck(self) -> bool:
        """Tell whether skill is less than 95 % certain; what cannot be told counts as luck."""
        return self.probability is None or self.probability < CONFIDENCE

    @property
    def sentence(self) -> str:
        """Return it for a person."""
        if self.best is None or self.expected is None or self.probability is None:
            tries = _tries(self.tries)
            return f"{tries}, and too few days that differ to tell skill from luck: treat the best one as luck."
        said = (
            f"The best of {_tries(self.tries)} has a Sharpe ratio of {self.best:.2f}; so many give about "
            f"{self.expected:.2f} by chance alone."
            if self.tries > 1
            else f"The only try has a Sharpe ratio of {self.best:.2f}."
        )
        judged = "likely luck" if self.is_likely_luck else "unlikely to be luck alone"
        return f"{said} It is {judged} (deflated Sharpe ratio {self.probability:.2f}, wanted {CONFIDENCE})."


def probabilistic_sharpe(sharpe: float, benchmark: float, *, count: int, skew: float, kurtosis: float) -> float:
    """Return the probability that the true Sharpe ratio is above the benchmark.

    count: of returns; kurtosis: 3 for a normal distribution.
    """
    spread = 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe**2
    return _NORMAL.cdf((sharpe - benchmark) * math.sqrt(count - 1.0) / math.sqrt(max(spread, 1e-12)))


def expected_best_sharpe(tries: int, spread: float) -> float:
    """Return the highest Sharpe ratio that so many tries without skill are expected to give.

    spread: the variance of the Sharpe ratios of the tries.
    """
    if tries < 2:
        return 0.0
    usual = (1.0 - EULER_MASCHERONI) * _NORMAL.inv_cdf(1.0 - 1.0 / tries)
    extreme = EULER_MASCHERONI * _NORMAL.inv_cdf(1.0 - 1.0 / (tries * math.e))
    return math.sqrt(spread) * (usual + extreme)


def verdict(returns: Sequence[float], sharpes: Sequence[float | None]) -> Verdict:
    """Judge the best of many tries.

    returns: its daily returns. sharpes: the annualised Sharpe ratios of all tries, None for those that have none; these
    count as tries all the same.
    """
    known = [sharpe / math.sqrt(SESSIONS_A_YEAR) for sharpe in sharpes if sharpe is not None]
    best, year = sharpe_ratio(returns), math.sqrt(SESSIONS_A_YEAR)
    if best is None or (len(sharpes) > 1 and len(known) < 2):
        return Verdict(len(sharpes), None, None, None)
    sharpe = best / year
    benchmark = expected_best_sharpe(len(sharpes), variance(known)) if len(known) > 1 else 0.0
    skew, kurtosis = _moments(returns)
    probability = probabilistic_sharpe(sharpe, benchmark, count=len(returns), skew=skew, kurtosis=kurtosis)
    return Verdict(len(sharpes), best, benchmark * year, probability)


def as_good_by_chance(profits: Sequence[float], chance: Random, *, flips: int = FLIPS) -> float | None:
    """Return how often profits of the same sizes, but with signs by the toss of a coin, sum up to at least as much.

    A sign-flip test (Fisher, "The Design of Experiments", 1935, section 21), the real signs counted as one of the
    tosses (Phipson and Smyth 2010: "Permutation p-values should never be zero"). None without any profit or loss.
    """
    dealt = [profit for profit in profits if profit]
    if not dealt:
        return None
    if len(dealt) > MANY_PROFITS:
        return _NORMAL.cdf(-sum(dealt) / math.sqrt(sum(profit**2 for profit in dealt)))
    # Turning the signs of a part takes twice its sum away: the rest is as good where that sum is 0 or below.
    as_good = sum(math.fsum(compress(dealt, _tosses(len(dealt), chance))) <= 0 for _ in range(flips))
    return (as_good + 1) / (flips + 1)


def _tosses(count: int, chance: Random) -> Sequence[bool]:
    return list(map("1".__eq__, f"{chance.getrandbits(count):0{count}b}"))


def _tries(count: int) -> str:
    return "1 try" if count == 1 else f"{count} tries"


def _moments(returns: Sequence[float]) -> tuple[float, float]:
    """Return skewness and kurtosis of the returns."""
    mean, deviation = fmean(returns), pstdev(returns)
    scaled = [(value - mean) / deviation for value in returns]
    return fmean([value**3 for value in scaled]), fmean([value**4 for value in scaled])
