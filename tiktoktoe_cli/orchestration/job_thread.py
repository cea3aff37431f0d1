"""One job in a thread of its own, so that the services are watched meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import TiktoktoeError
from tiktoktoe_cli.orchestration.moves import JobOutcome
from tiktoktoe_cli.orchestration.states import JobState

if TYPE_CHECKING:
    from tiktoktoe_cli.orchestration.effects import Job


class JobThread:
    """Runs a job; what it raises that is not meant for the user comes out of `wait`."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._should_stop = Event()
        self._loop = asyncio.get_running_loop()
        self._outcome: asyncio.Future[JobOutcome] = self._loop.create_future()
        # a daemon: a job that was abandoned must not hold up the end of the process
        self._thread = Thread(target=self._run, name=f"job {job.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    async def wait(self) -> JobOutcome:
        """Wait until the job is over or was abandoned."""
        return await self._outcome

    def ask_to_stop(self) -> None:
        """Ask the job to end early."""
        self._should_stop.set()

    def abandon(self, verdict: str) -> None:
        """Wait for the job no longer; it ends with the process at the latest."""
        self._should_stop.set()
        self._settle(JobOutcome(JobState.UNFINISHED, verdict))

    def _run(self) -> None:
        try:
            end: JobOutcome | BaseException = self._job.run(self._should_stop.is_set)
        except TiktoktoeError as error:
            end = JobOutcome(JobState.UNFINISHED, error.message, hint=error.hint)
        except BaseException as error:  # noqa: BLE001  # not handled here: the other thread raises it again
            end = error
        with suppress(RuntimeError):  # the run ended without us
            self._loop.call_soon_threadsafe(self._settle, end)

    def _settle(self, end: JobOutcome | BaseException) -> None:
        if self._outcome.done():
            return
        if isinstance(end, JobOutcome):
            self._outcome.set_result(end)
        else:
            self._outcome.set_exception(end)
