from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from tiktoktoe_cli.transport import loops

INTERRUPTED = """
import asyncio, os, signal
from tiktoktoe_cli.transport import loops

async def main():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)
    finally:
        print("cleaned up", flush=True)

try:
    loops.run(main())
except KeyboardInterrupt:
    print("interrupted")
"""


def test_a_coroutine_returns_its_value() -> None:
    """What it returns and what it raises arrive where it was run."""

    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    async def fail() -> None:
        raise KeyError("sesame")

    assert loops.run(answer()) == 42
    with pytest.raises(KeyError, match="sesame"):
        loops.run(fail())


def test_the_fast_loop_is_used_where_it_is_installed() -> None:
    """With uvloop at hand, it is uvloop's."""

    async def name() -> str:
        return type(asyncio.get_running_loop()).__module__

    assert loops.run(name()) == "uvloop"


def test_an_interrupt_ends_it_as_asyncio_does() -> None:
    """With Ctrl-C, the coroutine is cancelled, cleans up, and the interrupt goes on."""
    result = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=20, check=False
    )

    assert (result.stdout, result.stderr) == ("cleaned up\ninterrupted\n", "")
