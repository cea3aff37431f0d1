"""The event loop for many connections: uvloop's where it is installed, which halves what they cost, or asyncio's."""

from __future__ import annotations

import asyncio
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

_T = TypeVar("_T")

_OBJECTS_A_LOOK: Final = 10_000


def run(main: Coroutine[None, None, _T]) -> _T:
    """Run a coroutine to its end, as `asyncio.run` does, also in how it ends with Ctrl-C."""
    results: list[_T] = []

    async def keep() -> None:  # asyncio writes out the result of its main task, and throws the text away
        results.append(await main)

    with frozen(), asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(keep())
    return results[0]


@contextmanager
def frozen() -> Iterator[None]:
    """Let the garbage collector pass over what there is now, until the end, and look at the rest less often.

    Looking through 10,000 configured checks again and again takes longer than asking a quarter of them; and almost
    nothing of a check is garbage in cycles.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS_A_LOOK, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return asyncio.new_event_loop
    return uvloop.new_event_loop
