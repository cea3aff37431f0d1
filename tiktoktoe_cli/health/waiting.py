"""Waits for health: checks round after round, until it is there, somebody is gone, or time is up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.health.effects import LOOK_AROUND_NS
from tiktoktoe_cli.health.facts import HealthFacts, ServiceHealth
from tiktoktoe_cli.health.runner import check_service, check_system
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.health.thresholds import stable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tiktoktoe_cli.health.effects import Effects, Wait
    from tiktoktoe_cli.health.round import Round
    from tiktoktoe_cli.health.settings import CheckSettings


class Goal(StrEnum):
    """What is waited for."""

    HEALTHY = "healthy"
    DOWN = "down"  # a service that works with restrictions is not down, and nothing is known of one with an error

    def is_met(self, state: HealthState) -> bool:
        """Ask whether a service in this state is as it should be."""
        return state.is_passing if self is Goal.HEALTHY else state in _DOWN


_AS_RESULT: Final = {True: HealthState.HEALTHY, False: HealthState.UNHEALTHY}
_DOWN: Final = frozenset({HealthState.UNHEALTHY, HealthState.UNREACHABLE, HealthState.MAINTENANCE})


@dataclass(frozen=True, slots=True)
class WaitFacts:
    """How a wait for several services ended: `health` is the last round; `is_partial` says that it was broken off."""

    goal: Goal
    health: HealthFacts
    is_met: bool
    is_partial: bool
    rounds: int
    elapsed_ns: int


async def wait_healthy(
    name: str, checks: Sequence[CheckSettings], effects: Effects, wait: Wait
) -> ServiceHealth:
    """Return the service's health once it passed often enough in a row, or as it was when the wait ended.

    A state that `is_passing` was reached; with any other, `note` says why the wait is over. A degraded round is a
    pass. A service without checks is returned `skipped` at once.
    """
    if not checks:
        return ServiceHealth(name, HealthState.SKIPPED, ())
    health = ServiceHealth(name, HealthState.UNHEALTHY, ())
    standing = stable(wait.passes or _passes(checks))
    rounds = _Rounds(effects, wait)
    while rounds.left_ns > 0:
        if end := wait.gone():
            return _failed(health, f"its process {end}")
        health = await check_service(name, _for_one_round(checks, rounds.left_ns), effects)
        standing = standing.after(health.state)
        # asked again: what answers on the port of a process that is gone is something else
        if standing.state.is_passing and not wait.gone():
            return health
        wait.on_round(health)
        await rounds.pause(is_soon=health.state.is_passing)
    return _failed(health, f"not healthy within {rounds.limit}")


async def wait_for_all(
    round_: Callable[[], Round], effects: Effects, wait: Wait, goal: Goal = Goal.HEALTHY
) -> WaitFacts:
    """Check several services until all of them met the goal in enough rounds in a row at the same time.

    Those without a check are not waited for. `wait.on_round` is told of every service after every round, also the last
    one, of the causes first.
    """
    rounds = _Rounds(effects, wait)
    checked = {name: some for name, some in round_().checks.items() if any(one.enabled for one in some)}
    standings = {name: stable(wait.passes or _passes(some)) for name, some in checked.items()}
    health, made, is_met = HealthFacts((), 0), 0, False
    while rounds.left_ns > 0 and not is_met:
        health = await check_system(_limited(round_(), rounds.left_ns), effects)
        if health.is_partial:
            break
        made += 1
        are_met = {one.name: goal.is_met(one.state) for one in health.services if one.name in checked}
        standings = {name: standings[name].after(_AS_RESULT[is_it]) for name, is_it in are_met.items()}
        is_met = all(standing.state.is_passing for standing in standings.values())
        for service in _causes_first(health):
            wait.on_round(service)
        if not is_met and await rounds.pause(is_soon=all(are_met.values())):
            break
    is_partial = not is_met and effects.should_stop()
    return WaitFacts(goal, health, is_met, is_partial, made, rounds.elapsed_ns)


class _Rounds:
    """The time of a wait: how much is left of it, and the pauses between its rounds, which grow."""

    def __init__(self, effects: Effects, wait: Wait) -> None:
        self._effects = effects
        self._wait = wait
        self._started_ns = effects.clock.now()
        self._pause_ns = wait.pause_ns

    @property
    def left_ns(self) -> int:
        return self._wait.deadline_ns - self._effects.clock.now()

    @property
    def elapsed_ns(self) -> int:
        return self._effects.clock.now() - self._started_ns

    @property
    def limit(self) -> Duration:
        return Duration(self._wait.deadline_ns - self._started_ns)

    async def pause(self, *, is_soon: bool) -> bool:
        """Let the next pause pass; what just passed is asked again soon, however long the pauses are by now.

        Tell whether to stop.
        """
        wait, effects = self._wait, self._effects
        jitter = 1 + wait.jitter * (2 * effects.random.random() - 1)
        pause_ns = min(round((wait.pause_ns if is_soon else self._pause_ns) * jitter), self.left_ns)
        self._pause_ns = min(self._pause_ns * 3 // 2, wait.max_pause_ns)
        until_ns = effects.clock.now() + pause_ns
        while (left_ns := until_ns - effects.clock.now()) > 0 and not effects.should_stop():
            await effects.clock.sleep(min(left_ns, LOOK_AROUND_NS))
        return effects.should_stop()


def _limited(round_: Round, left_ns: int) -> Round:
    return replace(
        round_, checks={name: _for_one_round(some, left_ns) for name, some in round_.checks.items()}
    )


def _for_one_round(checks: Sequence[CheckSettings], left_ns: int) -> list[CheckSettings]:
    """Try each check once in a round, and no longer than the wait may still take: the rounds are the retries."""
    return [
        check.model_copy(update={"retries": 0, "timeout": Duration(min(check.timeout, left_ns))})
        for check in checks
    ]


def _passes(checks: Sequence[CheckSettings]) -> int:
    """Return how many passes in a row make a service healthy: as many as the most careful of its checks asks for."""
    return max(check.thresholds.pass_ for check in checks)


def _causes_first(health: HealthFacts) -> Iterator[ServiceHealth]:
    causes = health.causes
    names = {cause.name for cause in causes}
    yield from causes
    yield from (service for service in health.services if service.checks and service.name not in names)


def _failed(health: ServiceHealth, note: str) -> ServiceHealth:
    """End a wait without success, also where the last round passed but too few did in a row."""
    state = HealthState.UNHEALTHY if health.state.is_passing else health.state
    return replace(health, state=state, note=note)
