"""Runs checks: one with its retries under one deadline, or all of a system at the same time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
from tiktoktoe_cli.health.effects import LOOK_AROUND_NS
from tiktoktoe_cli.health.facts import Attempt, CheckResult, HealthFacts
from tiktoktoe_cli.health.round import conclude, service_of, skipped, unmade
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.health.verdict import judge
from tiktoktoe_cli.resilience.backoff import Backoff, Jitter, exponential_backoff

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.health.effects import Effects
    from tiktoktoe_cli.health.facts import ServiceHealth
    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.round import Results, Round
    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.health.verdict import Verdict

_BACKOFF: Final = Backoff(base_ns=100 * NS_PER_MS, cap_ns=NS_PER_S, jitter=Jitter.EQUAL.number)


async def check_system(round_: Round, effects: Effects) -> HealthFacts:
    """Make all checks, as many at the same time as the effects allow, and find out who is the cause of what fails.

    What is not over when it has to stop is skipped.
    """
    started_ns = effects.clock.now()
    results = unmade(round_)
    is_partial = await make_checks(round_.checks, effects, results)
    return HealthFacts(conclude(round_, results), effects.clock.now() - started_ns, is_partial)


async def check_service(name: str, checks: Sequence[CheckSettings], effects: Effects) -> ServiceHealth:
    """Check one service by itself, all its checks at the same time."""
    results = {name: [skipped(check) for check in checks]}
    await make_checks({name: checks}, effects, results)
    return service_of(name, results[name])


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
        observation = await effects.probe(check.probe, deadline_ns - attempt_started_ns)
        now_ns = effects.clock.now()
        verdict = judge(check, observation, effects.clock.wall_now())
        attempts.append(Attempt(verdict.state, verdict.detail, now_ns - attempt_started_ns))
        is_lasting = observation.failure is not None and observation.failure.is_lasting
        if verdict.state is not HealthState.UNHEALTHY or is_lasting or len(attempts) > check.retries:
            break
        pause_ns = exponential_backoff(_BACKOFF, len(attempts), 0, effects.random.random())
        if now_ns + pause_ns >= deadline_ns:
            break
        effects.observer.on_attempt(service, check.name, attempts[-1])
        await effects.clock.sleep(pause_ns)
    result = _result(check, observation, verdict, attempts)
    if service == effects.answers_of:
        result = replace(result, values=observation.values)
    effects.observer.on_finish(service, result)
    return result


def _places(
    checks: Mapping[str, Sequence[CheckSettings]],
) -> Iterator[tuple[str, int, CheckSettings]]:
    for service, some in checks.items():
        for position, check in enumerate(some):
            if check.enabled:
                yield service, position, check


async def make_checks(
    checks: Mapping[str, Sequence[CheckSettings]], effects: Effects, results: Results | None = None
) -> bool:
    """Let some workers share the checks until all are made; tell whether they were stopped before that.

    The observer hears the results. They are kept in their places only if there are some for them.
    """
    work = _places(checks)

    async def take_turns(number: int) -> None:
        await effects.clock.sleep(int(gap_ns * (number + effects.random.random())))
        for service, position, check in work:
            result = await run_check(service, check, effects)
            if results is not None:
                results[service][position] = result

    size = sum(map(len, checks.values()))
    count = max(min(effects.concurrency, size), 1)
    gap_ns = effects.spread_ns / count
    workers = asyncio.gather(*map(take_turns, range(count)))
    workers.add_done_callback(_look_at)
    try:
        while not workers.done():
            await asyncio.wait([workers], timeout=LOOK_AROUND_NS / NS_PER_S)
            if effects.should_stop():
                return not workers.done()
    finally:
        workers.cancel()
        with suppress(asyncio.CancelledError):
            await workers
    return False


def _look_at(workers: asyncio.Future[list[None]]) -> None:
    """Take note of how the workers ended: whoever forces the end of a run is not there any more to do it."""
    if not workers.cancelled():
        workers.exception()


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
