"""A watch from settings to facts: what the front desk calls."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from tiktoktoe_cli.health.effects import Effects
from tiktoktoe_cli.health.open_files import Places
from tiktoktoe_cli.health.probes import open_probes
from tiktoktoe_cli.health.watching.facts import facts_of
from tiktoktoe_cli.health.watching.runner import WatchRunner
from tiktoktoe_cli.health.watching.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.health.watching.facts import WatchFacts
    from tiktoktoe_cli.health.watching.runner import WatchObserver


class Listener(Protocol):
    """Tells others of a watch, and looks for them, as long as the context that it opens is not left."""

    def __call__(
        self, watch: Watch, effects: Effects, inputs: HealthInputs, places: Places, /
    ) -> AbstractAsyncContextManager[None]:
        """Open it.

        Raises:
            UsageError: if it cannot be listened where that is wanted.
        """
        ...


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """How to watch: an interval for all checks, for how long, and who tells others; None is not at all."""

    interval_ns: int | None = None
    for_ns: int | None = None
    listener: Listener | None = None


async def watch_health(
    inputs: HealthInputs, options: WatchOptions, observer: WatchObserver, should_stop: Callable[[], bool]
) -> WatchFacts:
    """Watch the chosen services until the time is over or somebody asks for an end.

    Raises:
        UsageError: if it cannot be listened where that is wanted.
    """
    clock = inputs.clock
    places = Places.within(inputs.open_files)
    if options.listener:
        inputs = replace(inputs, open_files=inputs.open_files - places.files)
    async with AsyncExitStack() as stack:
        probe = await stack.enter_async_context(open_probes(clock, inputs.environ, inputs.enabled))
        watch = Watch(inputs.round(), inputs.random, clock.now(), options.interval_ns)
        effects = Effects(
            probe,
            clock,
            concurrency=inputs.concurrency,
            should_stop=should_stop,
            random=inputs.random,
        )
        if options.listener:
            await stack.enter_async_context(options.listener(watch, effects, inputs, places))
        runner = WatchRunner(watch, effects, observer, lambda: inputs.round().maintained)
        is_stopped = await runner.run(None if options.for_ns is None else clock.now() + options.for_ns)
    is_partial = is_stopped and options.for_ns is not None
    return facts_of(watch, inputs.system, clock.now(), is_partial=is_partial)
