"""Several services are waited for at the same time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.health.making import MS, SECOND, NotingObserver, answered, make_check, make_graph, unanswered
from tiktoktoe_cli.health import Effects, HealthState, Wait
from tiktoktoe_cli.health.render.wait_report import wait_report_of
from tiktoktoe_cli.health.round import Round
from tiktoktoe_cli.health.waiting import Goal, WaitFacts, wait_for_all
from tiktoktoe_cli.resilience import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.health import Observation
    from tiktoktoe_cli.health.probes.settings import ProbeSettings

UP, DOWN = answered(), unanswered()


@dataclass
class Town:
    """A probe that sees, of each service, what its script says: one entry a round, and the last one for ever."""

    scripts: Mapping[str, list[Observation]]
    clock: VirtualClock = field(default_factory=VirtualClock)
    takes_ns: int = 0
    rounds: dict[str, list[int]] = field(default_factory=dict)

    async def __call__(self, probe: ProbeSettings, _timeout_ns: int, /) -> Observation:
        """Look once."""
        name, _ = probe.listens_at or ("", 0)
        made = self.rounds.setdefault(name, [])
        made.append(self.clock.now())
        if self.takes_ns:
            await self.clock.sleep(self.takes_ns)
        return self.scripts[name][min(len(made), len(self.scripts[name])) - 1]


def waited(
    town: Town,
    goal: Goal = Goal.HEALTHY,
    observer: NotingObserver | None = None,
    needs: Mapping[str, Any] | None = None,
    **options: Any,
) -> WaitFacts:
    """Wait for all services of a town, ten seconds at most."""
    graph = make_graph(**(needs or {name: [] for name in town.scripts}))
    checks = {
        name: [make_check(http={"url": f"http://{name}/"}, thresholds={"pass": options.pop(name, 1)})]
        for name in graph.services
        if name in town.scripts
    }
    should_stop = options.pop("should_stop", lambda: False)
    effects = Effects(
        town,
        town.clock,
        should_stop=should_stop,
        random=Random(1),  # noqa: S311  # the same jitter every time
    )
    on_round = (observer or NotingObserver()).on_round
    wait = Wait(**{"deadline_ns": 10 * SECOND, "on_round": on_round, **options})
    return asyncio.run(wait_for_all(lambda: Round(checks, graph), effects, wait, goal))


def test_all_must_be_healthy_in_the_same_round() -> None:
    """One that was healthy before and is not any more is waited for again."""
    facts = waited(Town({"a": [UP, DOWN, UP], "b": [DOWN, UP, UP]}))

    assert (facts.is_met, facts.rounds) == (True, 3)


def test_nobody_has_to_wait_for_what_is_healthy() -> None:
    """One round is enough then."""
    facts = waited(Town({"a": [UP], "b": [UP]}))

    assert (facts.is_met, facts.rounds, facts.elapsed_ns) == (True, 1, 0)


def test_the_wait_ends_at_its_deadline() -> None:
    """Also in the middle of a pause, and the last round says what was down."""
    facts = waited(Town({"a": [UP], "b": [DOWN]}), deadline_ns=3 * SECOND)

    assert (facts.is_met, facts.is_partial, facts.elapsed_ns) == (False, False, 3 * SECOND)
    assert [one.state for one in facts.health.services] == [HealthState.HEALTHY, HealthState.UNHEALTHY]


def test_stable_means_rounds_in_a_row() -> None:
    """Three passes of which a failure stands between are not three in a row."""
    facts = waited(Town({"a": [UP, UP, DOWN, UP]}), passes=3)

    assert (facts.is_met, facts.rounds) == (True, 6)


def test_without_a_number_the_thresholds_count() -> None:
    """Who says `pass: 3` is believed after three passes, the others after one."""
    facts = waited(Town({"a": [UP], "b": [UP]}), a=3)

    assert (facts.is_met, facts.rounds) == (True, 3)


def test_degraded_is_good_enough() -> None:
    """A service behind a failing one that it can do without works."""
    needs = {"a": {"b": {"required": False}}, "b": []}

    facts = waited(Town({"a": [UP], "b": [DOWN, UP]}), needs=needs)

    assert facts.is_met


def test_pauses_grow_to_a_bound_with_a_little_jitter() -> None:
    """From 200 ms by half each time up to a second, 10 % more or less."""
    town = Town({"a": [DOWN]})

    waited(town, pause_ns=200 * MS, max_pause_ns=SECOND, jitter=0.1)

    gaps = [(after - before) / MS for before, after in pairwise(town.rounds["a"])]
    for gap, plain in zip(gaps, [200, 300, 450, 675, 1000, 1000, 1000], strict=False):
        assert 0.9 * plain <= gap <= 1.1 * plain
    assert len({round(gap) for gap in gaps[4:8]}) > 1


def test_what_is_healthy_but_not_for_long_enough_is_asked_soon() -> None:
    """However long the pauses have grown."""
    town = Town({"a": [DOWN] * 6 + [UP]})

    waited(town, passes=3, pause_ns=100 * MS, max_pause_ns=SECOND)

    gaps = [after - before for before, after in pairwise(town.rounds["a"])]
    assert gaps[-2:] == [100 * MS, 100 * MS]


def test_the_other_way_round_all_must_be_down() -> None:
    """A script that tears a system down waits until nothing of it answers."""
    facts = waited(Town({"a": [UP, DOWN], "b": [UP, UP, DOWN]}), Goal.DOWN)

    assert (facts.is_met, facts.rounds) == (True, 3)


@pytest.mark.parametrize("seen", [answered(503), unanswered(), unanswered("timeout")])
def test_down_is_whatever_fails(seen: Observation) -> None:
    """An answer that is not the expected one, or none at all."""
    assert waited(Town({"a": [seen]}), Goal.DOWN).is_met


def test_what_could_not_be_looked_at_is_not_down() -> None:
    """A mistake of ours proves nothing about a service."""
    assert not waited(Town({"a": [unanswered("invalid-url", is_ours=True)]}), Goal.DOWN).is_met


def test_causes_are_told_first() -> None:
    """Whoever reads the first line reads what to repair."""
    observer = NotingObserver()

    waited(Town({"api": [DOWN, UP], "db": [DOWN, UP]}), observer=observer, needs={"api": ["db"], "db": []})

    rounds = [line for line in observer.lines if line.startswith("round")]
    assert rounds[:2] == ["round db unhealthy", "round api unreachable"]


def test_services_without_checks_are_not_waited_for() -> None:
    """Nothing would ever be known of them."""
    assert waited(Town({"a": [UP]}), needs={"a": [], "b": []}).is_met


def test_an_end_that_is_asked_for_comes_within_a_pause() -> None:
    """Ctrl-C does not have to wait for five seconds to pass."""
    town = Town({"a": [DOWN]})

    facts = waited(
        town, pause_ns=5 * SECOND, max_pause_ns=5 * SECOND, should_stop=lambda: town.clock.now() >= SECOND
    )

    assert (facts.is_met, facts.is_partial) == (False, True)
    assert town.clock.now() < 1.1 * SECOND


def test_no_check_outlasts_the_deadline() -> None:
    """Rounds that take 600 ms leave the second one 200 ms, and there is no third."""
    town = Town({"a": [DOWN]}, takes_ns=600 * MS)

    waited(town, deadline_ns=SECOND, pause_ns=200 * MS)

    assert len(town.rounds["a"]) == 2


def test_the_report_of_success() -> None:
    """One line: how many, and after how long."""
    report = wait_report_of(waited(Town({"a": [DOWN, UP], "b": [UP]}), pause_ns=SECOND))

    assert (report.ok, report.verdict) == (True, "2 services healthy after 1s")
    assert (report.summary["met"], report.summary["rounds"], report.summary["waited_s"]) == (True, 2, 1.0)


def test_the_report_of_a_deadline_names_the_cause() -> None:
    """What is still down, and because of whom."""
    needs = {"api": ["db"], "db": []}

    report = wait_report_of(waited(Town({"api": [DOWN], "db": [DOWN]}), needs=needs, deadline_ns=SECOND))

    assert not report.ok
    assert report.verdict == (
        "out of time after 1s: `db` and `api` not healthy; `db`: unhealthy, it was refused"
    )


def test_the_report_of_a_deadline_names_no_more_than_three() -> None:
    """The rest is counted."""
    report = wait_report_of(waited(Town({name: [DOWN] for name in "abcde"}), deadline_ns=SECOND))

    assert "`a`, `b`, `c` and 2 more not healthy" in report.verdict


def test_who_is_well_for_too_short_a_time_is_not_named() -> None:
    """Nobody is down, and not enough rounds were good."""
    report = wait_report_of(waited(Town({"a": [UP]}), deadline_ns=SECOND, pause_ns=SECOND, passes=9))

    assert not report.ok
    assert report.verdict == "out of time after 1s: 1 of 1 service healthy"


def test_the_report_of_what_does_not_go_down() -> None:
    """Who is still there."""
    report = wait_report_of(waited(Town({"a": [UP], "b": [DOWN]}), Goal.DOWN, deadline_ns=SECOND))

    assert report.verdict == "out of time after 1s: `a` not down; `a`: healthy"
