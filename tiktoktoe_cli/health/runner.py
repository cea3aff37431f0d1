"""Runs checks: one with its retries under one deadline, or all of a system at the same time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
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
from tiktoktoe_cli.transport import Timing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.health.effects import Effects
    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.health.verdict import Verdict

Results: TypeAlias = "dict[str, list[CheckResult]]"
"""The results of checks by service, in the order of the configuration."""

_BACKOFF: Final = Backoff(base_ns=100 * NS_PER_MS, cap_ns=NS_PER_S, jitter=Jitter.EQUAL.number)
_LOOK_AROUND_S: Final = 0.05
"""How often a run of many checks looks whether it shall stop."""


@dataclass(frozen=True, slots=True)
class Round:
    """What is checked at once: the checks by service, the graph that explains them, and who is in maintenance."""

    checks: Mapping[str, Sequence[CheckSettings]]
    graph: Graph
    maintained: Collection[str] = ()


async def check_system(round_: Round, effects: Effects) -> HealthFacts:
    """Make all checks, as many at the same time as the effects allow, and find out who is the cause of what fails.

    Services of the graph that are not to be checked take part as what nothing is known about. What is not over
    when it has to stop is skipped.
    """
    started_ns = effects.clock.now()
    results = unmade(round_)
    is_partial = await _work(_places(round_.checks), results, effects)
    return HealthFacts(conclude(round_, results), effects.clock.now() - started_ns, is_partial)


def unmade(round_: Round) -> Results:
    """Make the results that checks have before they are made, for every service of the round and of its graph."""
    names = dict.fromkeys([*round_.graph.services, *round_.checks])
    return {name: [_skipped(check) for check in round_.checks.get(name, ())] for name in names}


def conclude(round_: Round, results: Results) -> tuple[ServiceHealth, ...]:
    """Find out how the services are, and who is the cause of what fails."""
    services = {name: _service(name, some, round_.graph) for name, some in results.items()}
    return tuple(explain(services, round_.graph, round_.maintained).values())


async def check_service(name: str, checks: Sequence[CheckSettings], effects: Effects) -> ServiceHealth:
    """Check one service by itself, all its checks at the same time."""
    results = {name: [_skipped(check) for check in checks]}
    await _work(_places({name: checks}), results, effects)
    return _service(name, results[name])


async def run_check(service: str, check: CheckSettings, effects: Effects) -> CheckResult:
    """Run one check; its timeout covers all its attempts and the pauses between them.

    A failed attempt is followed by another one while retries and time are left, after about 100 ms, 200 ms, 400 ms
    and so on up to a second. Not repeated is what could not be carried out at all, and what only somebody's hand can
    mend: a certificate, a password.
    """
    deadline_ns = effects.clock.now() + check.timeout
    effects.observer.on_start(service, check.name)
    attempts: list[Attempt] = []
    while True:
        attempt_started_ns = effects.clock.now()
        observation = await effects.probe(check, deadline_ns - attempt_started_ns)
        now_ns = effects.clock.now()
        verdict = judge(check, observation, now_ns)
        attempts.append(Attempt(verdict.state, verdict.detail, now_ns - attempt_started_ns))
        pause_ns = exponential_backoff(_BACKOFF, len(attempts), 0, effects.random.random())
        is_last = len(attempts) > check.retries or now_ns + pause_ns >= deadline_ns
        is_lasting = observation.failure is not None and observation.failure.is_lasting
        if is_last or is_lasting or verdict.state is not HealthState.UNHEALTHY:
            break
        effects.observer.on_attempt(service, check.name, attempts[-1])
        await effects.clock.sleep(pause_ns)
    result = _result(check, observation, verdict, attempts)
    effects.observer.on_finish(service, result)
    return result


def _places(
    checks: Mapping[str, Sequence[CheckSettings]],
) -> Iterator[tuple[str, int, CheckSettings]]:
    for service, some in checks.items():
        for position, check in enumerate(some):
            if check.enabled:
                yield service, position, check


async def _work(work: Iterator[tuple[str, int, CheckSettings]], results: Results, effects: Effects) -> bool:
    """Let some workers share the checks until all are made; tell whether they were stopped before that."""

    async def take_turns() -> None:
        await effects.clock.sleep(int(effects.spread_ns * effects.random.random()))
        for service, position, check in work:
            results[service][position] = await run_check(service, check, effects)

    size = sum(map(len, results.values()))
    workers = asyncio.gather(*(take_turns() for _ in range(min(effects.concurrency, size))))
    try:
        while not workers.done():
            await asyncio.wait([workers], timeout=_LOOK_AROUND_S)
            if effects.should_stop():
                return not workers.done()
    finally:
        workers.cancel()
        with suppress(asyncio.CancelledError):
            await workers
    return False


def _skipped(check: CheckSettings) -> CheckResult:
    """Make the result of a check before it is made, which it keeps if it never is."""
    detail = "the run ended before it was over" if check.enabled else "it is not enabled"
    return CheckResult(check.name, check.kind, HealthState.SKIPPED, detail, "", Timing(0))


def _result(
    check: CheckSettings, observation: Observation, verdict: Verdict, attempts: Sequence[Attempt]
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
        target=check.probe.subject,
        document=observation.document,
        session=observation.session,
        is_tls_read=check.reads("tls"),
    )


def _service(name: str, results: Sequence[CheckResult], graph: Graph | None = None) -> ServiceHealth:
    service = graph.services.get(name) if graph else None
    health = ServiceHealth(name, worst(result.state for result in results), tuple(results))
    return replace(health, group=service.group or "") if service else health
