"""Signals are handed over while a run goes on, and given back after it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tiktoktoe_cli.orchestration.signals import signals_to

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def handler_of(number: signal.Signals, handler: signal.Handlers) -> Iterator[None]:
    """Set a handler for a while."""
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


async def received(number: signal.Signals) -> str:
    """Send a signal to this process and return what the handler is told."""
    told: asyncio.Queue[str] = asyncio.Queue()
    with signals_to(told.put_nowait):
        os.kill(os.getpid(), number)
        return await asyncio.wait_for(told.get(), 10)


def test_a_signal_is_handed_over_by_its_name() -> None:
    """A SIGTERM does not end the process but is told."""
    assert asyncio.run(received(signal.SIGTERM)) == "SIGTERM"


def test_handlers_are_given_back() -> None:
    """After the run every signal does what it did before."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]

    asyncio.run(received(signal.SIGINT))

    after = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    assert after == before


def test_an_ignored_signal_stays_ignored() -> None:
    """What `nohup` made the process ignore does not end the run."""

    async def scenario() -> list[str]:
        told: list[str] = []
        with signals_to(told.append):
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        return told

    with handler_of(signal.SIGHUP, signal.SIG_IGN):
        assert asyncio.run(scenario()) == []


def test_another_thread_changes_nothing() -> None:
    """Python delivers signals to the main thread alone; a run elsewhere leaves them be."""

    async def scenario() -> None:
        with signals_to(lambda _: None):
            pass

    thread = threading.Thread(target=lambda: asyncio.run(scenario()))
    thread.start()
    thread.join(10)

    assert not thread.is_alive()
