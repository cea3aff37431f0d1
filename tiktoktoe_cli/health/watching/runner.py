"""Runs a watch: makes the checks that are due, hands their results to the core, and tells what changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.effects import LOOK_AROUND_NS
from tiktoktoe_cli.health.runner import run_check

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tiktoktoe_cli.health.effects import Effects
    from tiktoktoe_cli.health.facts import CheckResult
    from tiktoktoe_cli.health.watching.tally import Tally
    from tiktoktoe_cli.health.watching.watch import Change, Watch


class WatchObserver(Protocol):
    """Is told what a watch sees, as it happens."""

    def on_result(self, tally: Tally) -> None:
        """A check was made once more."""

    def on_change(self, change: Change) -> None:
        """Checks are in another state."""


class WatchRunner:
    """Runs one watch to its end; nothing is under way any more when `run` is left."""

    def __init__(
        self,
        watch: Watch,
        effects: Effects,
        observer: WatchObserver,
        find_maintained: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._watch = watch
        self._effects = effects
        self._observer = observer
        self._find_maintained = find_maintained
        self._maintained: frozenset[str] = frozenset()
        self._found_maintained_ns: int | None = None
        self._running: dict[asyncio.Task[CheckResult], int] = {}

    async def run(self, until_ns: int | None = None) -> bool:
        """Watch until that time of the clock, or without end; tell whether it had to stop before."""
        clock, is_stopped = self._effects.clock, False
        try:
            while until_ns is None or clock.now() < until_ns:
                if is_stopped := self._effects.should_stop():
                    break
                self._begin()
                await clock.sleep(self._pause_ns(until_ns))
                self._collect()
                self._tell()
            self._tell(is_last=True)
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
        return is_stopped

    def _begin(self) -> None:
        room = self._effects.concurrency - len(self._running)
        for number, tally in self._watch.due(self._effects.clock.now(), room):
            looking = run_check(tally.service, tally.check, self._effects)
            self._running[asyncio.ensure_future(looking)] = number

    def _pause_ns(self, until_ns: int | None) -> int:
        now_ns = self._effects.clock.now()
        ends = [now_ns + LOOK_AROUND_NS, until_ns, None if self._running else self._watch.next_ns]
        return max(min(end for end in ends if end is not None) - now_ns, 0)

    def _collect(self) -> None:
        """Take the results of what has ended."""
        now_ns = self._effects.clock.now()
        for task in [task for task in self._running if task.done()]:
            number = self._running.pop(task)
            self._observer.on_result(self._watch.take(number, task.result(), now_ns))

    def _tell(self, *, is_last: bool = False) -> None:
        now_ns = self._effects.clock.now()
        for change in self._watch.settle(now_ns, self._maintained_at(now_ns), is_last=is_last):
            self._observer.on_change(change)

    def _maintained_at(self, now_ns: int) -> frozenset[str]:
        """Return who is worked on; it is looked up once a second, since windows begin and end with seconds."""
        if self._found_maintained_ns is None or now_ns - self._found_maintained_ns >= NS_PER_S:
            self._maintained, self._found_maintained_ns = frozenset(self._find_maintained()), now_ns
        return self._maintained
