"""Whether the best of many tries is likely luck.

Source: Bailey and Lopez de Prado, "The Deflated Sharpe Ratio: Correcting for Selection Bias, Backtest Overfitting and
Non-Normality", Journal of Portfolio Management 40(5), 2014. In: daily returns, the Sharpe ratios of all tries. Out:
probabilities, a sentence. Thread: any. Sharpe ratios in here are per day, not annualised.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, pstdev, stdev, variance

from system_databse.performance.returns import SESSIONS_A_YEAR

EULER_MASCHERONI = 0.5772156649015329
CONFIDENCE = 0.95
FEWEST_RETURNS = 20
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
            return f"{self.tries} tries over too few days to tell skill from luck: treat the best one as luck."
        said = (
            f"The best of {self.tries} tries has a Sharpe ratio of {self.best:.2f}; so many tries give about "
            f"{self.expected:.2f} by chance alone."
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
    deviation = stdev(returns) if len(returns) > 1 else 0.0
    if len(returns) < FEWEST_RETURNS or not deviation or (len(sharpes) > 1 and len(known) < 2):
        return Verdict(len(sharpes), None, None, None)
    sharpe = fmean(returns) / deviation
    benchmark = expected_best_sharpe(len(sharpes), variance(known)) if len(known) > 1 else 0.0
    skew, kurtosis = _moments(returns)
    probability = probabilistic_sharpe(sharpe, benchmark, count=len(returns), skew=skew, kurtosis=kurtosis)
    year = math.sqrt(SESSIONS_A_YEAR)
    return Verdict(len(sharpes), sharpe * year, benchmark * year, probability)


def _moments(returns: Sequence[float]) -> tuple[float, float]:
    """Return skewness and kurtosis of the returns."""
    mean, deviation = fmean(returns), pstdev(returns)
    scaled = [(value - mean) / deviation for value in returns]
    return fmean([value**3 for value in scaled]), fmean([value**4 for value in scaled])
