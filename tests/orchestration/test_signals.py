"""Signals are handed over while a run goes on, and given back after it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.errors import ENDING_SIGNALS
from tiktoktoe_cli.orchestration.signals import signals_to

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Give every signal back its handler: whoever took a signal leaves them ignored."""
    before = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


async def received(*numbers: signal.Signals) -> list[signal.Signals]:
    """Send signals to this process, one after the other, and return what the handler is told."""
    told: asyncio.Queue[signal.Signals] = asyncio.Queue()
    heard = []
    with signals_to(told.put_nowait):
        for number in numbers:
            os.kill(os.getpid(), number)
            heard.append(await asyncio.wait_for(told.get(), 10))
    return heard


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_a_signal_is_handed_over(number: signal.Signals) -> None:
    """It does not end the process but is told, as often as it comes."""
    assert asyncio.run(received(number, number)) == [number, number]


def test_handlers_are_given_back() -> None:
    """After a run that nobody interrupted every signal does what it did before."""
    before = [signal.getsignal(number) for number in ENDING_SIGNALS]

    asyncio.run(received())

    assert [signal.getsignal(number) for number in ENDING_SIGNALS] == before


def test_who_asked_for_the_end_cannot_cut_off_the_answer() -> None:
    """Once a signal came, another one after the run does nothing."""
    asyncio.run(received(signal.SIGTERM))

    os.kill(os.getpid(), signal.SIGINT)

    assert {signal.getsignal(number) for number in ENDING_SIGNALS} == {signal.SIG_IGN}


def test_an_ignored_signal_stays_ignored() -> None:
    """What `nohup` made the process ignore does not end the run."""

    async def scenario() -> list[signal.Signals]:
        told: list[signal.Signals] = []
        with signals_to(told.append):
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        return told

    signal.signal(signal.SIGHUP, signal.SIG_IGN)

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
