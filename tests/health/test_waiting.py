from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

from tests.health.making import MS, SECOND, NotingObserver, ScriptedProbe, answered, make_check, unanswered
from tiktoktoe_cli.health import Effects, HealthState, ServiceHealth, Wait
from tiktoktoe_cli.health.waiting import wait_healthy


def waited(probe: ScriptedProbe, *, observer: NotingObserver | None = None, **options: Any) -> ServiceHealth:
    """Wait for a service with one check, ten seconds at most."""
    on_round = (observer or NotingObserver()).on_round
    wait = Wait(**{"deadline_ns": 10 * SECOND, "on_round": on_round, **options})
    return asyncio.run(wait_healthy("s", [make_check()], Effects(probe, probe.clock), wait))


def test_a_healthy_service_needs_no_wait() -> None:
    """One look is enough if that passes."""
    probe = ScriptedProbe([answered()])

    health = waited(probe)

    assert (health.state, health.note) == (HealthState.HEALTHY, "")
    assert probe.clock.now() == 0


def test_rounds_come_at_growing_distances() -> None:
    """The first pause is 50 ms; each is half as long again as the one before, up to a second."""
    probe = ScriptedProbe([unanswered()] * 12 + [answered()])

    health = waited(probe, max_pause_ns=300 * MS)

    whens = [when / MS for when, _ in probe.calls]
    assert health.state is HealthState.HEALTHY
    assert [after - before for before, after in pairwise(whens)] == [
        50,
        75,
        112.5,
        168.75,
        253.125,
        *[300] * 7,
    ]


def test_a_service_that_never_gets_healthy_is_given_up_at_the_deadline() -> None:
    """The wait ends in time, with what was wrong last and why it ended."""
    probe = ScriptedProbe([answered(503)])

    health = waited(probe, deadline_ns=2 * SECOND)

    assert (health.state, health.note) == (HealthState.UNHEALTHY, "not healthy within 2s")
    assert health.checks[0].detail.endswith("`status` is 503")
    assert probe.clock.now() == 2 * SECOND


def test_no_round_outlasts_the_deadline() -> None:
    """A check with a timeout of five seconds gets only what is left of the wait."""
    probe = ScriptedProbe([unanswered("timeout")], takes_ns=600 * MS)

    waited(probe, deadline_ns=1 * SECOND)

    assert [limit // MS for _, limit in probe.calls] == [1000, 350]


def test_each_round_tries_once() -> None:
    """The rounds are the retries: a check's own are not used."""
    probe = ScriptedProbe([unanswered(), answered()])

    health = waited(probe)

    assert len(health.checks[0].attempts) == 1


def test_a_process_that_ends_ends_the_wait() -> None:
    """Who is gone is not waited for any longer."""
    probe = ScriptedProbe([unanswered()])

    health = waited(probe, gone=lambda: "exited with 1" if probe.clock.now() >= SECOND else None)

    assert (health.state, health.note) == (HealthState.UNHEALTHY, "its process exited with 1")
    assert SECOND <= probe.clock.now() < 2 * SECOND


def test_somebody_else_on_the_port_is_not_the_service() -> None:
    """If the process ends while the check passes, something else has answered."""
    ends = iter([None, "exited with 98", "exited with 98"])
    probe = ScriptedProbe([answered()])

    health = waited(probe, gone=lambda: next(ends))

    assert (health.state, health.note) == (HealthState.UNHEALTHY, "its process exited with 98")


def test_as_many_passes_in_a_row_as_asked_for() -> None:
    """A pass between failures does not count."""
    probe = ScriptedProbe([answered(), unanswered(), answered(), answered(), unanswered()])

    health = waited(probe, passes=2)

    assert health.state is HealthState.HEALTHY
    assert len(probe.calls) == 4


def test_what_passed_is_asked_again_soon() -> None:
    """However long the pauses have grown, the next pass is looked for after the first pause."""
    probe = ScriptedProbe([unanswered()] * 6 + [answered()] * 3)

    waited(probe, passes=3)

    whens = [when / MS for when, _ in probe.calls]
    assert [after - before for before, after in pairwise(whens)][-2:] == [50, 50]


def test_too_few_passes_are_no_success() -> None:
    """If time is up before the passes are enough, the service did not get healthy."""
    probe = ScriptedProbe([answered()])

    health = waited(probe, passes=1000, deadline_ns=SECOND)

    assert not health.state.is_passing
    assert health.note == "not healthy within 1s"


def test_degraded_is_good_enough() -> None:
    """A service that works, if not as it should, is not waited for any longer."""
    probe = ScriptedProbe([answered()])
    effects = Effects(probe, probe.clock)

    health = asyncio.run(
        wait_healthy("s", [make_check(warn=["status == 1"])], effects, Wait(deadline_ns=SECOND))
    )

    assert (health.state, health.note) == (HealthState.DEGRADED, "")


def test_a_service_without_checks_is_not_waited_for() -> None:
    """There is nothing to ask, and the answer says so."""
    probe = ScriptedProbe([answered()])

    health = asyncio.run(wait_healthy("s", [], Effects(probe, probe.clock), Wait(deadline_ns=SECOND)))

    assert health.state is HealthState.SKIPPED
    assert probe.calls == []


def test_the_observer_sees_every_round_that_was_not_enough() -> None:
    """Each round tells its state, and the last one ends the wait."""
    observer = NotingObserver()

    waited(ScriptedProbe([unanswered(), answered()]), observer=observer)

    assert [line for line in observer.lines if line.startswith("round")] == ["round s unhealthy"]
