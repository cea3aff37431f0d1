"""Runs checks: with retries under one deadline, all at once, or again and again until a service is healthy."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.facts import (
    Attempt,
    CheckResult,
    HealthFacts,
    HealthState,
    ServiceHealth,
    worst,
)
from tiktoktoe_cli.health.root_cause import explain
from tiktoktoe_cli.health.verdict import judge
from tiktoktoe_cli.resilience.backoff import Backoff, Jitter, exponential_backoff

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.health.effects import Effects
    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.health.verdict import Verdict

_BACKOFF: Final = Backoff(base_ns=100_000_000, cap_ns=NS_PER_S, jitter=Jitter.NONE.number)


async def check_system(
    checks: Mapping[str, Sequence[CheckSettings]], graph: Graph, effects: Effects
) -> HealthFacts:
    """Check all services of a graph at the same time, and find out who is the cause of what fails."""
    started_ns = effects.clock.now()
    names = dict.fromkeys([*graph.services, *checks])
    slots = asyncio.Semaphore(effects.concurrency)
    async with asyncio.TaskGroup() as group:
        tasks = {
            name: [
                group.create_task(_check_in_turn(name, check, effects, slots))
                for check in checks.get(name, ())
            ]
            for name in names
        }
    services = {name: _service(name, [task.result() for task in tasks[name]]) for name in names}
    return HealthFacts(tuple(explain(services, graph).values()), effects.clock.now() - started_ns)


async def check_service(name: str, checks: Sequence[CheckSettings], effects: Effects) -> ServiceHealth:
    """Check one service by itself, all its checks at the same time."""
    slots = asyncio.Semaphore(effects.concurrency)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_check_in_turn(name, check, effects, slots)) for check in checks]
    return _service(name, [task.result() for task in tasks])


async def run_check(service: str, check: CheckSettings, effects: Effects) -> CheckResult:
    """Run one check; its timeout covers all its attempts and the pauses between them.

    A failed attempt is followed by another one while retries and time are left, after 100 ms, 200 ms, 400 ms and so
    on up to a second. One that could not be carried out at all is not repeated.
    """
    deadline_ns = effects.clock.now() + check.timeout
    effects.observer.on_start(service, check.name)
    attempts: list[Attempt] = []
    while True:
        attempt_started_ns = effects.clock.now()
        observation = await effects.probe(check, deadline_ns - attempt_started_ns)
        verdict = judge(check, observation)
        now_ns = effects.clock.now()
        attempts.append(Attempt(verdict.state, verdict.detail, now_ns - attempt_started_ns))
        pause_ns = exponential_backoff(_BACKOFF, len(attempts), previous_ns=0, draw=0)
        is_last = len(attempts) > check.retries or now_ns + pause_ns >= deadline_ns
        if is_last or verdict.state is not HealthState.UNHEALTHY:
            break
        effects.observer.on_attempt(service, check.name, attempts[-1])
        await effects.clock.sleep(pause_ns)
    result = _result(check, observation, verdict, attempts)
    effects.observer.on_finish(service, result)
    return result


async def _check_in_turn(
    service: str, check: CheckSettings, effects: Effects, slots: asyncio.Semaphore
) -> CheckResult:
    async with slots:
        return await run_check(service, check, effects)


def _result(
    check: CheckSettings, observation: Observation, verdict: Verdict, attempts: Iterable[Attempt]
) -> CheckResult:
    return CheckResult(
        name=check.name,
        kind=check.kind,
        state=verdict.state,
        detail=verdict.detail,
        error=observation.failure.reason if observation.failure else "",
        timing=observation.timing,
        expectations=verdict.expectations,
        attempts=tuple(attempts),
    )


def _service(name: str, results: Sequence[CheckResult]) -> ServiceHealth:
    return ServiceHealth(name, worst(result.state for result in results), tuple(results))
