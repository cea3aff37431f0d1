"""Blocking calls in threads that nobody has to wait for: not when time is up, and not at exit."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from tiktoktoe_cli.config.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Callable

    Job: TypeAlias = Callable[[], None]

_T = TypeVar("_T")


class Threads:
    """Runs blocking calls, so many at the same time; those that were given up before they began never begin."""

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._waiting: deque[Job] = deque()
        self._lock = Lock()

    async def call(self, function: Callable[[], _T]) -> _T:
        """Return what a function returns, or raise what it raises; who is cancelled leaves it to itself."""
        future: Future[_T] = Future()
        self._start(partial(_carry_out, function, future))
        try:
            return await asyncio.wrap_future(future)
        finally:  # an error in it knows this call: what the function held would stay until garbage is collected
            del future

    def _start(self, job: Job) -> None:
        with self._lock:
            if self._free == 0:
                self._waiting.append(job)
                return
            self._free -= 1
        Thread(target=self._work, args=(job,), daemon=True).start()

    def _work(self, job: Job | None) -> None:
        """Do a job, and then those that wait; none is remembered when it is done."""
        while job:
            job()
            with self._lock:
                job = self._waiting.popleft() if self._waiting else None
                self._free += job is None


async def in_thread(function: Callable[[], _T], timeout_ns: int) -> _T:
    """Return what a blocking function returns, or raise what it raises; its thread is left to itself if time is up.

    Raises:
        TimeoutError: if it takes longer.
    """
    async with asyncio.timeout(timeout_ns / NS_PER_S):
        return await Threads(limit=1).call(function)


def _carry_out(function: Callable[[], _T], future: Future[_T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function()
    except BaseException as error:  # noqa: BLE001  # it is raised again where the result is waited for
        future.set_exception(error)
    else:
        future.set_result(result)
    finally:
        del future  # an error in it knows this call
