"""Ctrl-C and its kin while an event loop runs: handed to a function."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import ENDING_SIGNALS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


@contextmanager
def signals_to(handle: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Call `handle` in the event loop for each signal that would end this process.

    Afterwards every signal does what it did before, unless one came: then all of them are ignored, so that asking
    again does not cut off the answer to the first one. A signal that was ignored stays ignored (`nohup`, a
    background job of a shell). Outside the main thread, where Python delivers no signals, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    taken: list[int] = []

    def take(number: int, _frame: FrameType | None) -> None:
        taken.append(number)
        loop.call_soon_threadsafe(handle, signal.Signals(number))

    before = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    # not the loop's own way: when that gives a signal back, it is deadly for a moment
    caught = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in caught:
        signal.signal(number, take)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, signal.SIG_IGN if taken else before[number] or signal.SIG_DFL)
