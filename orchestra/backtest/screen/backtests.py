"""The backtests of this house, as the API offers them.

In: wishes, ids. Out: JSON values. Thread: any request thread; the runs are in processes of their own.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from database.bar_store import BarStore
from database.calendar_manager import MarketCalendar, Session
from database.errors import ConfigError
from orchestra.backtest.jobs.job import Job, JobState, read_request
from orchestra.backtest.jobs.jobs import BacktestJobs
from orchestra.backtest.jobs.shelf import Listing, Shelf
from orchestra.backtest.report.html_report import html_report
from orchestra.backtest.request import BacktestRequest, Costs
from orchestra.backtest.result import BacktestResult
from orchestra.backtest.screen.bar_fetch import BarFetch, Pull
from orchestra.backtest.screen.exports import as_csv, as_json
from orchestra.backtest.screen.result_json import compared_values, request_values, result_values
from orchestra.backtest.screen.stored_days import StoredDays, stored_days, stored_range
from orchestra.messages.backtest_wish import BacktestWish, DaysWish, NoSuchBacktest
from orchestra.runtime.clock import Clock

# As a list shows them; what has ended, newest first.
ORDER = (JobState.RUNNING, JobState.QUEUED, JobState.FAILED, JobState.CANCELED, JobState.DONE)
EXPORTS = {"json": as_json, "csv": as_csv}


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of the house. file: where a child reads them; clock: the market's; pull: fetches history."""

    store: BarStore
    file: Path
    calendar: MarketCalendar
    clock: Clock
    pull: Pull


class Backtests:
    """Satisfies the API's Backtests. Raises ConfigError in a sentence for what cannot be."""

    def __init__(self, shelf: Shelf, jobs: BacktestJobs, bars: Bars) -> None:
        self._shelf = shelf
        self._jobs = jobs
        self._bars = bars
        self._fetch = BarFetch(bars.pull, bars.calendar)

    def submit(self, wish: BacktestWish) -> str:
        """Put a wish into the queue and return its id; raises ConfigError where there are no bars for it."""
        for ticker in dict.fromkeys(each.ticker for each in wish.algorithms):
            if not self._stored(DaysWish(ticker, wish.first_day, wish.last_day)).held:
                raise ConfigError(f"There are no bars of {ticker} in these days: fetch them first, or choose others.")
        request = BacktestRequest(
            wish.algorithms,
            first_day=wish.first_day,
            last_day=wish.last_day,
            costs=Costs(**wish.costs),  # type: ignore[arg-type]  # the API has checked each
            market_db=self._bars.file,
        )
        return self._jobs.submit(request)

    def listing(self) -> dict[str, Any]:
        """Return what runs, waits or has ended without a result, in this order, and what is kept."""
        jobs = self._jobs.jobs()
        jobs.reverse()
        jobs.sort(key=lambda job: (ORDER.index(job.state), job.position))
        kept = [_listing_values(each) for each in self._shelf.listings()]
        return {"jobs": [self._job_values(job) for job in jobs], "results": kept}

    def show(self, id_: str) -> dict[str, Any]:
        """Return one job, with its result once there is one."""
        job = self._known(id_)
        if job.state is not JobState.DONE:
            return self._job_values(job)
        result = self._shelf.result(id_)
        return {
            "id": id_,
            "state": job.state,
            "request": request_values(result.request),
            "result": result_values(result),
        }

    def cancel(self, id_: str) -> dict[str, Any]:
        """End a job that waits or runs, and return where it stands."""
        self._known(id_)
        self._jobs.cancel(id_)
        return self._job_values(self._known(id_))

    def forget(self, id_: str) -> None:
        """Remove what is over."""
        self._known(id_)
        self._jobs.forget(id_)

    def report(self, id_: str) -> str:
        """Return a result as one HTML document, every text in it escaped."""
        return html_report(self._result(id_))

    def export(self, id_: str, form: str) -> bytes:
        """Return a result as a file: `json`, or `csv` for a ZIP of tables."""
        return EXPORTS[form](self._result(id_))

    def compared(self, first: str, second: str) -> dict[str, Any]:
        """Return two results side by side."""
        return compared_values(self._result(first), self._result(second))

    def days(self, wish: DaysWish) -> dict[str, Any]:
        """Return which days have bars, and whether those that lack them could be fetched."""
        stored, known = self._stored(wish), stored_range(self._bars.store, self._bars.calendar, wish.ticker)
        fetching = self._fetch.standing(wish.ticker)
        return {
            "ticker": wish.ticker,
            "first": known[0].isoformat() if known else None,
            "last": known[1].isoformat() if known else None,
            **stored.to_values(),
            "to_fetch": len(self._never_asked(wish.ticker, stored)),
            "fetching": fetching.to_values() if fetching else None,
        }

    def fetch(self, wish: DaysWish) -> dict[str, Any]:
        """Have the days fetched that lack bars and were never asked for."""
        sessions = self._never_asked(wish.ticker, self._stored(wish))
        if sessions:
            self._fetch.ask(wish.ticker, sessions)
        return self.days(wish)

    def close(self) -> None:
        """End what runs."""
        self._fetch.close()
        self._jobs.close()

    def _stored(self, wish: DaysWish) -> StoredDays:
        now = int(self._bars.clock.now().timestamp())
        return stored_days(self._bars.store, self._bars.calendar, wish, now=now)

    def _never_asked(self, ticker: str, stored: StoredDays) -> list[Session]:
        uncovered = self._bars.store.coverage.uncovered
        return [each for each in stored.missing if uncovered(ticker, each.open, each.close)]

    def _known(self, id_: str) -> Job:
        try:
            return self._jobs.job(id_)
        except ConfigError as error:
            raise NoSuchBacktest(str(error)) from error

    def _result(self, id_: str) -> BacktestResult:
        if self._known(id_).state is not JobState.DONE:
            raise NoSuchBacktest(f"The backtest {id_} has no result.")
        return self._shelf.result(id_)

    def _job_values(self, job: Job) -> dict[str, Any]:
        progress = job.progress
        return {
            "id": job.id,
            "state": job.state,
            "position": job.position,
            "fraction": round(progress.fraction, 4) if progress else None,
            "at": progress.at if progress else None,
            "seconds_left": job.seconds_left,
            "failure": job.failure,
            "request": self._asked(job),
        }

    def _asked(self, job: Job) -> dict[str, Any] | None:
        try:
            return request_values(read_request(self._shelf.folder / f".{job.id}").to_values())
        except ConfigError:
            return None  # damaged, or put on the shelf in this very moment


def _listing_values(listing: Listing) -> dict[str, Any]:
    return {"id": listing.id, "damaged": listing.damaged, **listing.head}
