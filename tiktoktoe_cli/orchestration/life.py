"""One service from its launch to its end, as a task that posts what happens to it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import TiktoktoeError
from tiktoktoe_cli.orchestration.moves import Broke, Launched, Ready, Stopped
from tiktoktoe_cli.orchestration.states import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.orchestration.effects import GateVerdict, Running, Surroundings
    from tiktoktoe_cli.orchestration.moves import Event
    from tiktoktoe_cli.orchestration.plan import PlannedService

_KILL_PATIENCE_S = 5.0
_SETTLE_NS = 100_000_000  # a service without checks that ends sooner than this was never running


class ServiceLife:
    """Launches a service if it is ours, waits until it is healthy, and watches it until it is over."""

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

    def begin(self, group: asyncio.TaskGroup) -> None:
        """Launch it."""
        self._watch = group.create_task(self._live())

    async def stop(self) -> None:
        """End the watch, stop what runs, and post that it is over."""
        await self.end_watch()
        note = await self._running.stop() if self._running else ""
        is_over = self._running is None or self._running.end is not None
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
        deadline_ns = self._surroundings.clock.now() + self._planned.limit.timeout
        if self._planned.role is Role.STARTED and not await self._launch():
            return
        before_health = ""
        if self._planned.is_checked and not await self._pass_gate(deadline_ns):
            before_health = " before it was healthy"
        if self._running:
            end = await self._running.wait()
            self._break(f"{end}{before_health}", is_over=True)

    async def _launch(self) -> bool:
        try:
            self._running = await self._surroundings.launcher.launch(self._planned.name)
        except TiktoktoeError as error:
            self._break(f"could not be started: {error.message}", is_over=True, hint=error.hint)
            return False
        if self._is_killed:
            self._running.kill()
        if self._planned.is_checked or await self._settles(self._running):
            self._post(Launched(self._planned.name))
        return True

    async def _settles(self, running: Running) -> bool:
        """Tell whether the service still runs after a moment: without checks nothing else shows a bad start."""
        moment = asyncio.ensure_future(self._surroundings.clock.sleep(_SETTLE_NS))
        end = asyncio.ensure_future(running.wait())
        try:
            await asyncio.wait({moment, end}, return_when=asyncio.FIRST_COMPLETED)
            return not end.done()
        finally:
            moment.cancel()
            end.cancel()
            await asyncio.wait({moment, end})

    async def _pass_gate(self, deadline_ns: int) -> bool:
        """Wait for health; return False, and post nothing, if the service ended first."""
        verdict = await self._first_of_health_and_end(deadline_ns)
        if verdict is None:
            return False
        if verdict.is_passing:
            self._post(Ready(self._planned.name, verdict.is_degraded, verdict.detail))
        else:
            found = f": {verdict.detail}" if verdict.detail else ""
            limit = self._planned.limit
            reason = f"was not healthy within {limit.timeout}{found}"
            hint = f"if it only needs longer, raise `{limit.setting}`"
            self._break(reason, is_over=self._running is None, hint=hint)
        return True

    async def _first_of_health_and_end(self, deadline_ns: int) -> GateVerdict | None:
        gate = self._surroundings.gate
        health = asyncio.ensure_future(gate.wait_healthy(self._planned.name, deadline_ns, self._end))
        end = asyncio.ensure_future(self._running.wait() if self._running else asyncio.Event().wait())
        try:
            await asyncio.wait({health, end}, return_when=asyncio.FIRST_COMPLETED)
            return None if end.done() else health.result()
        finally:
            health.cancel()
            end.cancel()
            await asyncio.wait({health, end})

    def _end(self) -> str | None:
        return self._running.end if self._running else None

    def _break(self, reason: str, *, is_over: bool, hint: str | None = None) -> None:
        output = self._running.last_lines if self._running else ()
        self._post(Broke(self._planned.name, reason, is_over, hint, output))
