"""A watch from settings to facts: what the front desk calls."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.health.effects import Effects
from tiktoktoe_cli.health.probes import open_probes
from tiktoktoe_cli.health.watching.runner import WatchRunner
from tiktoktoe_cli.health.watching.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.health.watching.runner import WatchObserver
    from tiktoktoe_cli.health.watching.tally import Tally
    from tiktoktoe_cli.report.view import Mask


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to listen, what to hide in what is answered, and whom to tell the address once it is open."""

    host: str
    port: int
    mask: Mask
    opened: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """How to watch: an interval for all checks, for how long, and where to tell others; None is not at all."""

    interval_ns: int | None = None
    for_ns: int | None = None
    listening: Listening | None = None


@dataclass(frozen=True, slots=True)
class WatchFacts:
    """How a watch of a system ended: how everything stands, what was counted, and until when.

    `is_cut_short` says that it was to go on for longer.
    """

    system: str

    health: HealthFacts
    tallies: tuple[Tally, ...]
    ended_ns: int
    is_cut_short: bool


async def watch_health(
    inputs: HealthInputs, options: WatchOptions, observer: WatchObserver, should_stop: Callable[[], bool]
) -> WatchFacts:
    """Watch the chosen services until the time is over or somebody asks for an end.

    Raises:
        UsageError: if it cannot be listened where that is wanted.
    """
    clock = inputs.clock
    async with AsyncExitStack() as stack:
        probe = await stack.enter_async_context(open_probes(clock, inputs.environ))
        watch = Watch(inputs.round(), inputs.random, clock.now(), options.interval_ns)
        effects = Effects(
            probe,
            clock,
            concurrency=inputs.concurrency,
            should_stop=should_stop,
            random=inputs.random,
        )
        if options.listening:
            from tiktoktoe_cli.health.listening.session import open_listener

            listener = open_listener(options.listening, watch, effects, inputs)
            await stack.enter_async_context(listener)
        runner = WatchRunner(watch, effects, observer, lambda: inputs.round().maintained)
        is_stopped = await runner.run(None if options.for_ns is None else clock.now() + options.for_ns)
    is_cut_short = is_stopped and options.for_ns is not None
    return facts_of(watch, inputs.system, clock.now(), is_cut_short=is_cut_short)


def facts_of(watch: Watch, system: str, now_ns: int, *, is_cut_short: bool = False) -> WatchFacts:
    """Say how a watch stands at this moment."""
    return WatchFacts(system, watch.facts(now_ns), tuple(watch.tallies), now_ns, is_cut_short)
