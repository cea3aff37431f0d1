"""One service from its launch to its end, as a task that posts what happens to it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from tiktoktoe_cli.errors import TiktoktoeError
from tiktoktoe_cli.graph import Condition
from tiktoktoe_cli.orchestration.effects import GateVerdict
from tiktoktoe_cli.orchestration.moves import Broke, Completed, Launched, Printed, Ready, Stopped
from tiktoktoe_cli.orchestration.states import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tiktoktoe_cli.orchestration.effects import Running, Surroundings
    from tiktoktoe_cli.orchestration.moves import Event
    from tiktoktoe_cli.orchestration.plan import PlannedService

_First = TypeVar("_First")
_Second = TypeVar("_Second")

_KILL_PATIENCE_S = 5.0
_SETTLE_NS = 100_000_000  # a service without checks that ends sooner than this was never running


class ServiceLife:
    """Launches a service if it is ours, waits until it is ready, and watches it until it is over."""

    def __init__(
        self,
        planned: PlannedService,
        surroundings: Surroundings,
        post: Callable[[Event], None],
    ) -> None:
        self._planned = planned
        self._surroundings = surroundings
        self._post = post
        self._running: Running | None = None
        self._watch: asyncio.Task[None] | None = None
        self._is_killed = False
        self._has_printed = False

    def begin(self, group: asyncio.TaskGroup) -> None:
        """Launch it."""
        self._watch = group.create_task(self._live())

    async def stop(self, *, roll_back: bool = False) -> None:
        """End the watch, stop what runs, roll back what its start did if so, and post that it is over."""
        await self.end_watch()
        note = await self._running.stop() if self._running else ""
        is_over = self._running is None or self._running.end is not None
        if roll_back and self._running and is_over:
            note = "; ".join(
                filter(None, [note, await self._surroundings.launcher.roll_back(self._planned.name)])
            )
        output = self._running.last_lines if self._running and note else ()
        self._post(Stopped(self._planned.name, note, is_over, output))

    async def end_watch(self) -> None:
        """Watch no longer; the service itself goes on."""
        if self._watch:
            self._watch.cancel()
            await asyncio.wait({self._watch})

    def kill(self) -> None:
        """Kill it at once, or as soon as it is launched."""
        self._is_killed = True
        if self._running:
            self._running.kill()

    async def leave_nothing(self) -> None:
        """Make sure that nothing of it runs, whatever happened before."""
        if self._running and self._running.end is None:
            self._running.kill()
            with suppress(TimeoutError):
                async with asyncio.timeout(_KILL_PATIENCE_S):
                    await self._running.wait()

    async def _live(self) -> None:
        planned = self._planned
        deadline_ns = self._surroundings.clock.now() + planned.limit.timeout
        if planned.role is Role.STARTED and not await self._launch():
            return
        early = ""
        if (planned.is_checked or planned.has_ready_line) and not await self._pass_gate(deadline_ns):
            early = " before it was healthy" if planned.is_checked else " before it printed its line"
        if self._running and await self._ends_in_time(self._running, deadline_ns):
            self._tell_end(self._running, early)

    async def _launch(self) -> bool:
        try:
            self._running = await self._surroundings.launcher.launch(self._planned.name)
        except TiktoktoeError as error:
            self._break(f"could not be started: {error.message}", is_over=True, hint=error.hint)
            return False
        if self._is_killed:
            self._running.kill()
        if self._planned.tells_how_it_is or await self._settles(self._running):
            self._post(Launched(self._planned.name))
        return True

    async def _settles(self, running: Running) -> bool:
        """Tell whether the service still runs after a moment: nothing else would show a bad start."""
        _, end = await _race(self._surroundings.clock.sleep(_SETTLE_NS), running.wait())
        return end.cancelled()

    async def _pass_gate(self, deadline_ns: int) -> bool:
        """Wait until it is ready; return False, and post nothing, if the service ended first."""
        over = self._running.wait() if self._running else asyncio.Event().wait()
        ready, end = await _race(self._become_ready(deadline_ns), over)
        if not end.cancelled():
            return False
        verdict = ready.result()
        if verdict.is_passing:
            self._post(Ready(self._planned.name, verdict.is_degraded, verdict.detail))
        else:
            self._give_up(f"{verdict.missing} within", f": {verdict.detail}" if verdict.detail else "")
        return True

    async def _become_ready(self, deadline_ns: int) -> GateVerdict:
        """Wait for its line and for its health, as far as it has such; the first that fails decides."""
        line, health = await asyncio.gather(self._see_line(deadline_ns), self._get_healthy(deadline_ns))
        return health if line.is_passing else line

    async def _see_line(self, deadline_ns: int) -> GateVerdict:
        if not self._running or not self._planned.has_ready_line:
            return GateVerdict(is_passing=True)
        clock = self._surroundings.clock
        line, _ = await _race(self._running.wait_line(), clock.sleep(max(0, deadline_ns - clock.now())))
        if line.cancelled():
            return GateVerdict(is_passing=False, missing="did not print its line")
        self._has_printed = True
        self._post(Printed(self._planned.name))
        return GateVerdict(is_passing=True)

    async def _get_healthy(self, deadline_ns: int) -> GateVerdict:
        if not self._planned.is_checked:
            return GateVerdict(is_passing=True)
        return await self._surroundings.gate.wait_healthy(self._planned.name, deadline_ns, self._end)

    def _end(self) -> str | None:
        return self._running.end if self._running else None

    async def _ends_in_time(self, running: Running, deadline_ns: int) -> bool:
        """Wait for its end; if others wait for that, only so long."""
        if self._planned.awaited_end is None:
            await running.wait()
            return True
        clock = self._surroundings.clock
        end, _ = await _race(running.wait(), clock.sleep(max(0, deadline_ns - clock.now())))
        if end.cancelled():
            self._give_up("did not end within")
        return not end.cancelled()

    def _tell_end(self, running: Running, early: str) -> None:
        planned = self._planned
        has_ended_well = running.is_success or planned.awaited_end is Condition.COMPLETED
        if planned.awaited_end and has_ended_well and (self._has_printed or not planned.has_ready_line):
            self._post(Completed(planned.name, "" if running.is_success else str(running.end)))
        else:
            self._break(f"{running.end}{early}", is_over=True)

    def _give_up(self, what: str, found: str = "") -> None:
        limit = self._planned.limit
        hint = f"if it only needs longer, raise `{limit.setting}`"
        self._break(f"{what} {limit.timeout}{found}", is_over=self._running is None, hint=hint)

    def _break(self, reason: str, *, is_over: bool, hint: str | None = None) -> None:
        output = self._running.last_lines if self._running else ()
        self._post(Broke(self._planned.name, reason, is_over, hint, output))


async def _race(
    first: Coroutine[Any, Any, _First], second: Coroutine[Any, Any, _Second]
) -> tuple[asyncio.Task[_First], asyncio.Task[_Second]]:
    """Run two until one of them is over; the other one is cancelled."""
    tasks = asyncio.ensure_future(first), asyncio.ensure_future(second)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
