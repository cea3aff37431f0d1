"""A wait for several services from settings to facts: what the front desk calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.effects import SilentObserver, Wait
from tiktoktoe_cli.health.session import open_effects
from tiktoktoe_cli.health.waiting import Goal, WaitFacts, wait_for_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.health.facts import ServiceHealth
    from tiktoktoe_cli.health.session import HealthInputs

_MAX_PAUSE_NS: Final = 5 * NS_PER_S
_JITTER: Final = 0.1


@dataclass(frozen=True, slots=True)
class WaitOptions:
    """For what to wait, and how long: `passes` in a row, 0 for as many as the checks' thresholds ask for.

    The first pause between two rounds takes `pause_ns`; they grow to five seconds.
    """

    timeout_ns: int
    pause_ns: int
    passes: int = 0
    goal: Goal = Goal.HEALTHY


async def wait_for(
    inputs: HealthInputs,
    options: WaitOptions,
    on_round: Callable[[ServiceHealth], None],
    should_stop: Callable[[], bool],
) -> WaitFacts:
    """Wait for the chosen services, and tell how each of them is after every round."""
    wait = Wait(
        inputs.clock.now() + options.timeout_ns,
        options.passes,
        on_round=on_round,
        pause_ns=options.pause_ns,
        max_pause_ns=max(_MAX_PAUSE_NS, options.pause_ns),
        jitter=_JITTER,
    )
    async with open_effects(inputs, SilentObserver(), should_stop) as effects:
        return await wait_for_all(inputs.round, effects, wait, options.goal)
