from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.graph.systems import build_graph
from tests.health.making import (
    MS,
    SECOND,
    FullDraw,
    NotingObserver,
    ScriptedProbe,
    answered,
    make_check,
    make_graph,
    unanswered,
)
from tiktoktoe_cli.graph.settings import ServiceSettings
from tiktoktoe_cli.health import CheckResult, Effects, Failure, HealthState, Observation
from tiktoktoe_cli.health.round import Round
from tiktoktoe_cli.health.runner import check_service, check_system, run_check
from tiktoktoe_cli.transport import Timing

if TYPE_CHECKING:
    from tiktoktoe_cli.health.settings import CheckSettings


def effects_of(probe: ScriptedProbe, **options: Any) -> Effects:
    """Give a probe its clock."""
    return Effects(probe, probe.clock, **{"random": FullDraw(), **options})


def ran(probe: ScriptedProbe, **settings: Any) -> CheckResult:
    """Run one check."""
    return asyncio.run(run_check("s", make_check(**settings), effects_of(probe)))


def test_a_check_that_passes_is_tried_once() -> None:
    """Nothing is repeated that went well."""
    probe = ScriptedProbe([answered(200)])

    result = ran(probe)

    assert (result.state, result.detail, result.error) == (HealthState.HEALTHY, "", "")
    assert probe.calls == [(0, 5 * SECOND)]


def test_a_check_that_passes_after_a_retry_shows_it() -> None:
    """A failed attempt stays visible when the next one passes."""
    probe = ScriptedProbe([answered(500), answered(200)])

    result = ran(probe)

    assert result.state is HealthState.HEALTHY
    assert [attempt.state for attempt in result.attempts] == [HealthState.UNHEALTHY, HealthState.HEALTHY]
    assert result.attempts[0].detail.endswith("`status` is 500")


def test_retries_wait_longer_and_longer() -> None:
    """Three retries follow after 100, 200 and 400 ms; the time left shrinks accordingly."""
    probe = ScriptedProbe([unanswered("refused")])

    result = ran(probe, retries=3)

    assert (result.state, result.error) == (HealthState.UNHEALTHY, "refused")
    assert [when // MS for when, _ in probe.calls] == [0, 100, 300, 700]
    assert [limit // MS for _, limit in probe.calls] == [5000, 4900, 4700, 4300]


def test_pauses_grow_to_a_second_at_most() -> None:
    """From the fifth retry on, they come a second apart."""
    probe = ScriptedProbe([unanswered()])

    ran(probe, retries=6, timeout="1m")

    assert [when // MS for when, _ in probe.calls] == [0, 100, 300, 700, 1500, 2500, 3500]


def test_one_deadline_covers_all_attempts() -> None:
    """No retry begins that the timeout does not leave time for."""
    probe = ScriptedProbe([unanswered()], takes_ns=50 * MS)

    result = ran(probe, retries=9, timeout="300ms")

    assert [when // MS for when, _ in probe.calls] == [0, 150]
    assert len(result.attempts) == 2
    assert probe.clock.now() <= 300 * MS


@pytest.mark.parametrize("seen", [unanswered("invalid-url", is_ours=True)])
def test_what_cannot_be_carried_out_is_not_repeated(seen: Observation) -> None:
    """A wrong address stays wrong."""
    probe = ScriptedProbe([seen])

    result = ran(probe, retries=3)

    assert result.state is HealthState.ERROR
    assert len(probe.calls) == 1


def test_a_degraded_check_is_not_repeated() -> None:
    """It passes; trying again would only hide the warning."""
    probe = ScriptedProbe([answered(200)])

    result = ran(probe, warn=["status == 201"])

    assert result.state is HealthState.DEGRADED
    assert len(probe.calls) == 1


def test_the_observer_is_told_as_it_happens() -> None:
    """Start, failed attempts and end of a check can be watched."""
    probe, observer = ScriptedProbe([answered(500), answered(200)]), NotingObserver()

    asyncio.run(run_check("s", make_check(), effects_of(probe, observer=observer)))

    assert observer.lines == ["start s/api", "attempt s/api unhealthy", "finish s/api healthy"]


def test_a_service_is_as_its_worst_check() -> None:
    """One check that fails makes the service fail."""
    checks = [
        make_check("a"),
        make_check("b", expect=["status == 201"]),
        make_check("c", warn=["status == 1"]),
    ]

    health = asyncio.run(check_service("s", checks, effects_of(ScriptedProbe([answered(200)]))))

    assert health.state is HealthState.UNHEALTHY
    assert [check.state for check in health.checks] == [
        HealthState.HEALTHY,
        HealthState.UNHEALTHY,
        HealthState.DEGRADED,
    ]


def test_all_checks_of_a_system_run_at_the_same_time() -> None:
    """A hundred checks of a second take a second."""
    probe = ScriptedProbe([answered(200)], takes_ns=SECOND)
    checks = {f"s{number}": (make_check(),) for number in range(100)}

    facts = asyncio.run(
        check_system(Round(checks, make_graph(**dict.fromkeys(checks, ()))), effects_of(probe))
    )

    assert facts.is_healthy
    assert facts.elapsed_ns == SECOND
    assert probe.most_running == 100


def test_no_more_run_at_once_than_allowed() -> None:
    """With a limit of 10, a hundred checks of a second take ten seconds, each with its full timeout."""
    probe = ScriptedProbe([answered(200)], takes_ns=SECOND)
    checks = {f"s{number}": (make_check(),) for number in range(100)}
    effects = effects_of(probe, concurrency=10)

    facts = asyncio.run(check_system(Round(checks, make_graph(**dict.fromkeys(checks, ()))), effects))

    assert probe.most_running == 10
    assert facts.elapsed_ns == 10 * SECOND
    assert {limit for _, limit in probe.calls} == {5 * SECOND}


def test_the_system_is_explained_by_its_graph() -> None:
    """Services come in the graph's order, those without checks too, and failures have a cause."""
    checks = {"a": (make_check(retries=0),), "b": (), "c": (make_check(retries=0),)}
    graph = make_graph(a=["b"], b=["c"], c=[])

    facts = asyncio.run(check_system(Round(checks, graph), effects_of(ScriptedProbe([unanswered()]))))

    assert [(one.name, one.state, one.cause) for one in facts.services] == [
        ("a", HealthState.UNREACHABLE, ("c",)),
        ("b", HealthState.SKIPPED, ("c",)),
        ("c", HealthState.UNHEALTHY, ()),
    ]
    assert [one.name for one in facts.causes] == ["c"]
    assert not facts.is_healthy


def test_what_was_not_chosen_is_no_part_of_the_answer() -> None:
    """The graph leads through it all the same."""
    checks = {"a": (make_check(retries=0),), "c": (make_check(retries=0),)}
    graph = make_graph(a=["b"], b=["c"], c=[])

    facts = asyncio.run(check_system(Round(checks, graph), effects_of(ScriptedProbe([unanswered()]))))

    assert [(one.name, one.cause) for one in facts.services] == [("a", ("c",)), ("c", ())]


def test_a_system_without_checks_is_not_healthy() -> None:
    """Nothing was asked, so nothing is green."""
    facts = asyncio.run(
        check_system(Round({"a": ()}, make_graph(a=[])), effects_of(ScriptedProbe([answered()])))
    )

    assert not facts.is_healthy


def test_a_check_that_is_not_enabled_is_not_made() -> None:
    """It is shown as skipped, and its service is as the others say."""
    probe = ScriptedProbe([answered(200)])
    checks = {"a": (make_check("on"), make_check("off", enabled=False)), "b": (make_check(enabled=False),)}

    facts = asyncio.run(check_system(Round(checks, make_graph(a=[], b=[])), effects_of(probe)))

    assert [(one.name, one.state) for one in facts.services] == [
        ("a", HealthState.HEALTHY),
        ("b", HealthState.SKIPPED),
    ]
    assert [check.state for check in facts.services[0].checks] == [HealthState.HEALTHY, HealthState.SKIPPED]
    assert len(probe.calls) == 1


def test_what_was_not_over_when_it_had_to_stop_is_skipped() -> None:
    """The facts of an interrupted run say so, and keep what was found out."""
    probe = ScriptedProbe([answered(200)])
    checks = {name: (make_check(),) for name in ("a", "b", "c")}
    observer = NotingObserver()
    effects = effects_of(probe, concurrency=1, observer=observer, should_stop=lambda: len(observer.lines) > 2)

    async def hang(check: CheckSettings, timeout_ns: int, /) -> Observation:
        if probe.calls:
            await asyncio.Event().wait()
        return await probe(check, timeout_ns)

    facts = asyncio.run(
        check_system(Round(checks, make_graph(a=[], b=[], c=[])), replace(effects, probe=hang))
    )

    assert facts.is_partial
    assert [one.state for one in facts.services] == [
        HealthState.HEALTHY,
        HealthState.SKIPPED,
        HealthState.SKIPPED,
    ]


def test_the_first_checks_do_not_all_begin_at_once() -> None:
    """They are spread evenly over the time that is given for it, and lose nothing of their own."""
    probe = ScriptedProbe([answered(200)], takes_ns=SECOND)
    checks = {f"s{number}": (make_check(),) for number in range(50)}
    effects = effects_of(probe, spread_ns=100 * MS, random=Random(1))  # noqa: S311  # the same spread every time

    asyncio.run(check_system(Round(checks, make_graph(**dict.fromkeys(checks, ()))), effects))

    starts = [at for at, _ in probe.calls]
    assert sorted(start // (2 * MS) for start in starts) == list(range(50))
    assert {limit for _, limit in probe.calls} == {5 * SECOND}


def test_a_pass_after_a_retry_is_told_as_such() -> None:
    """It is healthy, and one sees that it was not at once."""
    result = ran(ScriptedProbe([answered(500), answered(200)]))

    assert result.state is HealthState.HEALTHY
    assert result.passed_after_retry
    assert not ran(ScriptedProbe([answered(200)])).passed_after_retry
    assert not ran(ScriptedProbe([answered(500)])).passed_after_retry


def test_a_service_knows_its_group() -> None:
    """The group of the graph is what states are summed up by."""
    graph = build_graph({"a": ServiceSettings(group="core")})

    facts = asyncio.run(check_system(Round({"a": ()}, graph), effects_of(ScriptedProbe([]))))

    assert [one.group for one in facts.services] == ["core"]


def test_what_does_not_mend_itself_is_not_tried_again() -> None:
    """A password that was refused once would be refused again, and the account locked."""
    refused = Observation(Timing(MS), failure=Failure("auth", "no access", is_lasting=True))
    probe = ScriptedProbe([refused])

    result = ran(probe)

    assert (result.state, len(result.attempts)) == (HealthState.UNHEALTHY, 1)
