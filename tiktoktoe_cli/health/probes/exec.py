"""The exec probe: one program and how it ended."""

from __future__ import annotations

import shlex
from pathlib import Path
from signal import SIGKILL
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import Field

from tiktoktoe_cli.config.programs import Environment, ProgramSettings
from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.errors import TiktoktoeError
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.probes.settings import ProbeSettings
from tiktoktoe_cli.transport import FailureReason, Timing
from tiktoktoe_cli.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.processes import Child

_LONGEST_LINE: Final = 200


class ExecProbe(ProgramSettings, ProbeSettings):
    """Run a program, never through a shell, to its end or to the time limit.

    What it started goes with it, also if we are killed, but for what has made a session of its own (`setsid`).

    Variables: exit_code (minus the number of the signal that ended it), stdout and stderr (the last 20 lines of each;
    if there were more, what is expected of all makes the check degraded at best); timing has total.
    """

    variables: ClassVar[tuple[str, ...]] = ("exit_code", "stdout", "stderr")
    assumed: ClassVar[tuple[str, ...]] = ("exit_code == 0",)
    late: ClassVar[tuple[str, ...]] = ("tiktoktoe_cli.processes",)

    env: Environment = Field(default_factory=dict)
    """Variables to set beside those that tiktoktoe itself was started with."""

    @property
    def subject(self) -> str:
        """The command line."""
        return shlex.join(self.run)

    async def prepare(self, outside: Outside) -> None:
        """Start the guard ahead, too."""
        await super().prepare(outside)
        outside.guard()

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Run the program; one that is still running at the limit is killed with all that it started."""
        from tiktoktoe_cli.processes import Child, Command

        started_ns = outside.clock.now()
        command = Command(self.run, self.cwd or Path(), {**outside.environ, **self.env})
        try:
            child = await Child.start(command, guard=outside.guard())
        except TiktoktoeError as error:
            timing = Timing(outside.clock.now() - started_ns)
            return Observation(timing, failure=Failure("not-started", error.message, is_ours=True))
        failure = await _wait(child, command.program, timeout_ns)
        timing = Timing(outside.clock.now() - started_ns)
        if failure:
            return Observation(timing, failure=failure)
        values = _values(child)
        output = {"stdout": child.output.stdout, "stderr": child.output.stderr}
        cut = frozenset(name for name, stream in output.items() if stream.tail.is_cut)
        return Observation(timing, values, remarks=tuple(_last_words(values)), cut=cut)


def _last_words(values: Mapping[str, Any]) -> Iterator[str]:
    """Quote the last line that a program wrote about what went wrong, for those who look at a check that fails."""
    told = values["stderr"].strip() or (values["exit_code"] and values["stdout"].strip())
    if told:
        yield f"its last line is `{shortened(told.splitlines()[-1], _LONGEST_LINE)}`"


async def _wait(child: Child, program: str, timeout_ns: int) -> Failure | None:
    import asyncio

    try:
        async with asyncio.timeout(timeout_ns / NS_PER_S):
            await child.wait()
    except TimeoutError:
        message = f"`{program}` was still running after {Duration(timeout_ns).rounded}, and was killed"
        return Failure(FailureReason.TIMEOUT.value, message)
    finally:
        await child.stop(SIGKILL)
    return None


def _values(child: Child) -> dict[str, Any]:  # CEL values
    end = child.exit
    assert end is not None, "the program was waited for"  # noqa: S101  # states an invariant
    return {
        "exit_code": end.status,
        "stdout": "\n".join(child.output.stdout.tail.lines),
        "stderr": "\n".join(child.output.stderr.tail.lines),
    }
