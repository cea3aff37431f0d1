"""The exec probe: one program, run to its end or to the time limit."""

from __future__ import annotations

from pathlib import Path
from signal import SIGKILL
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NANOSECONDS, Duration
from tiktoktoe_cli.errors import TiktoktoeError
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.transport import FailureReason, Timing

if TYPE_CHECKING:
    from tiktoktoe_cli.health.probe_settings import ExecSettings
    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.processes import Child


async def probe_exec(settings: ExecSettings, timeout_ns: int, outside: Outside) -> Observation:
    """Run the program; one that is still running at the limit is killed with all that it started.

    `exit_code` is minus the number of the signal that ended the program; `stdout` and `stderr` are its last lines.
    """
    from tiktoktoe_cli.processes import Child, Command

    started_ns = outside.clock.now()
    command = Command(settings.run, settings.cwd or Path(), outside.environ)
    try:
        child = await Child.start(command)
    except TiktoktoeError as error:
        timing = Timing(outside.clock.now() - started_ns)
        return Observation(timing, failure=Failure("not-started", error.message, is_ours=True))
    failure = await _wait(child, command.program, timeout_ns)
    timing = Timing(outside.clock.now() - started_ns)
    return Observation(timing, failure=failure) if failure else Observation(timing, _values(child))


async def _wait(child: Child, program: str, timeout_ns: int) -> Failure | None:
    import asyncio

    try:
        async with asyncio.timeout(timeout_ns / NANOSECONDS["s"]):
            await child.wait()
    except TimeoutError:
        message = f"`{program}` was still running after {Duration(timeout_ns).rounded}, and was killed"
        return Failure(FailureReason.TIMEOUT.value, message)
    finally:
        await child.stop(SIGKILL)
    return None


def _values(child: Child) -> dict[str, object]:
    end = child.exit
    assert end is not None, "the program was waited for"  # noqa: S101  # states an invariant
    return {
        "exit_code": end.status,
        "stdout": "\n".join(child.output.stdout.tail.lines),
        "stderr": "\n".join(child.output.stderr.tail.lines),
    }
