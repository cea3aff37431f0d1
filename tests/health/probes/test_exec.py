from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.processes.programs import runs, until

CHECKER = """
import asyncio, os
from tests.health.making import make_check
from tiktoktoe_cli.health.probes import open_probes
from tiktoktoe_cli.resilience import SystemClock

async def main():
    check = make_check(exec={"run": ["sh", "-c", "echo $$ > pid; sleep 60 & wait"], "cwd": os.getcwd()})
    async with open_probes(SystemClock(), os.environ, [check]) as probe:
        await probe(check.probe, 60_000_000_000)

asyncio.run(main())
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="nobody tells here which processes run")
def test_nothing_outlives_us_if_we_are_killed(tmp_path: Path) -> None:
    """After `kill -9` of a check its program is gone soon, with what it started."""
    pid_file = tmp_path / "pid"
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}

    async def play() -> None:
        checker = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CHECKER, cwd=tmp_path, env=environ
        )
        try:
            await until(lambda: pid_file.exists() and bool(pid_file.read_text()))
        finally:
            checker.kill()
            await checker.wait()
        program = int(pid_file.read_text())
        await until(lambda: not runs(program))

    asyncio.run(play())
