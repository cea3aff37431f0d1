"""The exec probe: one program and how it ended."""

from __future__ import annotations

import shlex
from pathlib import Path
from signal import SIGKILL
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from tiktoktoe_cli.config.programs import Argument, ProgramSettings
from tiktoktoe_cli.config.units import NANOSECONDS, Duration
from tiktoktoe_cli.errors import TiktoktoeError
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.probes.settings import ProbeSettings
from tiktoktoe_cli.transport import FailureReason, Timing

if TYPE_CHECKING:
    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.processes import Child


class ExecProbe(ProgramSettings, ProbeSettings):
    """Run a program, never through a shell, to its end or to the time limit.

    Variables: exit_code (minus the number of the signal that ended it), stdout and stderr (the last lines of each);
    timing has total.
    """

    variables: ClassVar[tuple[str, ...]] = ("exit_code", "stdout", "stderr")
    assumed: ClassVar[tuple[str, ...]] = ("exit_code == 0",)

    env: dict[str, Argument] = Field(default_factory=dict)
    """Variables to set beside those that tiktoktoe itself was started with."""

    @property
    def subject(self) -> str:
        """The command line."""
        return shlex.join(self.run)

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Run the program; one that is still running at the limit is killed with all that it started."""
        from tiktoktoe_cli.processes import Child, Command

        started_ns = outside.clock.now()
        command = Command(self.run, self.cwd or Path(), {**outside.environ, **self.env})
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
