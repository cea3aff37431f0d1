"""Waits for a service: checks it round after round until it is healthy, its process is gone, or time is up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.health.facts import HealthState, ServiceHealth
from tiktoktoe_cli.health.runner import check_service
from tiktoktoe_cli.health.thresholds import Streak

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.health.effects import Effects, Wait
    from tiktoktoe_cli.health.settings import CheckSettings


async def wait_healthy(
    name: str, checks: Sequence[CheckSettings], effects: Effects, wait: Wait
) -> ServiceHealth:
    """Return the service's health once it passed often enough in a row, or as it was when the wait ended.

    A state that `is_passing` was reached; with any other, `note` says why the wait is over. A degraded round is a
    pass. A service without checks is returned `unchecked` at once.
    """
    started_ns = effects.clock.now()
    if not checks:
        return ServiceHealth(name, HealthState.UNCHECKED, ())
    health = ServiceHealth(name, HealthState.UNHEALTHY, ())
    streak = Streak(pass_after=wait.passes, fail_after=1)
    for pause_ns in _pauses(wait):
        left_ns = wait.deadline_ns - effects.clock.now()
        if left_ns <= 0:
            break
        if end := wait.gone():
            return _failed(health, f"its process {end}")
        health = await check_service(name, _for_one_round(checks, left_ns), effects)
        streak = streak.after(passed=health.state.is_passing)
        # asked again: what answers on the port of a process that is gone is something else
        if streak.is_passing and not wait.gone():
            return health
        effects.observer.on_round(health)
        # what just passed is asked again soon, not after the long pause of something that takes its time
        await effects.clock.sleep(min(wait.pause_ns if health.state.is_passing else pause_ns, left_ns))
    return _failed(health, f"not healthy within {Duration(wait.deadline_ns - started_ns)}")


def _pauses(wait: Wait) -> Iterator[int]:
    pause_ns = wait.pause_ns
    while True:
        yield pause_ns
        pause_ns = min(pause_ns * 3 // 2, wait.max_pause_ns)


def _for_one_round(checks: Sequence[CheckSettings], left_ns: int) -> list[CheckSettings]:
    """Try each check once in a round, and no longer than the wait may still take: the rounds are the retries."""
    return [
        check.model_copy(update={"retries": 0, "timeout": Duration(min(check.timeout, left_ns))})
        for check in checks
    ]


def _failed(health: ServiceHealth, note: str) -> ServiceHealth:
    """End a wait without success, also where the last round passed but too few did in a row."""
    state = HealthState.UNHEALTHY if health.state.is_passing else health.state
    return replace(health, state=state, note=note)
