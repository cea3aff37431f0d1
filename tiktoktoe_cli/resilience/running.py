"""Running an asynchronous call from synchronous code, and synchronous calls under an asynchronous policy."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

Result = TypeVar("Result")


def run_alone(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in an event loop of its own, and end what it leaves behind.

    It is not `asyncio.run`: that answers Ctrl-C only when the loop turns, and a synchronous call holds it up.

    Raises:
        RuntimeError: in a running event loop, where the coroutine can be awaited instead.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(coroutine)
    coroutine.close()
    raise RuntimeError("`run` was called in a running event loop: await `call` there")


def _run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.run_until_complete(_end_tasks(asyncio.all_tasks(loop)))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _end_tasks(tasks: set[asyncio.Task[Any]]) -> None:  # whatever they are about
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def called_directly(function: Callable[[], Result]) -> Callable[[], Awaitable[Result]]:
    """Make a synchronous call awaitable; it holds up its event loop."""

    async def call() -> Result:
        return function()

    return call


def called_in_a_thread(function: Callable[[], Result]) -> Callable[[], Awaitable[Result]]:
    """Make a synchronous call awaitable, each time in a thread of its own.

    A thread cannot be interrupted: when the call is cancelled it is abandoned, runs on, and ends with the
    process at the latest.
    """

    async def call() -> Result:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Result] = loop.create_future()

        def work() -> None:
            try:
                result = function()
            except BaseException as error:  # noqa: BLE001  # not handled here: the caller raises it again
                _tell(loop, ended, partial(ended.set_exception, error))
            else:
                _tell(loop, ended, partial(ended.set_result, result))

        threading.Thread(target=work, name="call under a policy", daemon=True).start()
        return await ended

    return call


def _tell(
    loop: asyncio.AbstractEventLoop, ended: asyncio.Future[Any], settle: Callable[[], None]
) -> None:  # Any: only whether it is done matters
    def settle_once() -> None:
        if not ended.done():
            settle()

    with suppress(RuntimeError):  # the loop has ended without us
        loop.call_soon_threadsafe(settle_once)
