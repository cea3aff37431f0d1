from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import weakref
from contextlib import suppress

import pytest

from tiktoktoe_cli.transport.threads import Threads, in_thread

SECOND = 1_000_000_000


def test_a_blocking_function_returns_its_value() -> None:
    """What it returns and what it raises arrive where it was called."""

    def fail() -> None:
        raise KeyError("sesame")

    assert asyncio.run(in_thread(lambda: 42, SECOND)) == 42
    with pytest.raises(KeyError, match="sesame"):
        asyncio.run(in_thread(fail, SECOND))


@pytest.mark.parametrize("limit_ns", [SECOND, SECOND // 50], ids=["in time", "too late"])
def test_what_failed_is_let_go_of_at_once(limit_ns: int) -> None:
    """An error keeps nothing of what raised it, also where nobody collects garbage."""

    class Held:
        pass

    held: list[weakref.ref[Held]] = []

    def fail() -> None:
        here = Held()
        held.append(weakref.ref(here))
        threading.Event().wait(0.1)
        raise KeyError

    async def call() -> None:
        with suppress(KeyError, TimeoutError):
            await in_thread(fail, limit_ns)
        await asyncio.sleep(0.3)

    gc.disable()
    try:
        asyncio.run(call())

        assert [one() for one in held] == [None]
    finally:
        gc.enable()


def test_what_blocks_too_long_is_left_to_itself() -> None:
    """Time is up for who waits, and the thread ends when it can."""
    released, ended = threading.Event(), threading.Event()

    def block() -> None:
        released.wait(10)
        ended.set()

    with pytest.raises(TimeoutError):
        asyncio.run(in_thread(block, SECOND // 100))

    assert not ended.is_set()
    released.set()
    assert ended.wait(5)


def test_a_process_does_not_wait_for_what_it_gave_up() -> None:
    """A function that blocks for an hour does not keep the program from ending."""
    program = (
        "import asyncio, time\n"
        "from tiktoktoe_cli.transport.threads import in_thread\n"
        "try:\n"
        "    asyncio.run(in_thread(lambda: time.sleep(3600), 10_000_000))\n"
        "except TimeoutError:\n"
        "    print('given up')\n"
    )

    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False
    )

    assert (result.stdout, result.stderr, result.returncode) == ("given up\n", "", 0)


def test_only_so_many_block_at_the_same_time() -> None:
    """The next one begins when one ends, and all have their turn."""
    running: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    def block(number: int) -> int:
        with lock:
            running.append(number)
            most.append(len(running))
        threading.Event().wait(0.005)
        with lock:
            running.remove(number)
        return number

    async def play() -> list[int]:
        threads = Threads(limit=3)
        return await asyncio.gather(*(threads.call(lambda n=n: block(n)) for n in range(20)))  # type: ignore[misc]

    assert asyncio.run(play()) == list(range(20))
    assert max(most) == 3


def test_what_was_given_up_before_its_turn_never_begins() -> None:
    """A call that waits for a thread is forgotten when nobody waits for it any more."""
    released = threading.Event()
    begun: list[str] = []

    async def play() -> None:
        threads = Threads(limit=1)
        first = asyncio.create_task(threads.call(lambda: released.wait(10)))
        second = asyncio.create_task(threads.call(lambda: begun.append("second")))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        released.set()
        await first
        await threads.call(lambda: begun.append("third"))

    asyncio.run(play())

    assert begun == ["third"]
