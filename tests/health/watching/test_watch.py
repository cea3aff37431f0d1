from __future__ import annotations

from typing import Any

from tests.health.making import MS, SECOND, make_check, make_graph
from tests.health.watching.chances import chance
from tiktoktoe_cli.health import CheckResult, HealthState
from tiktoktoe_cli.health.round import Round
from tiktoktoe_cli.health.watching.watch import Change, Watch
from tiktoktoe_cli.transport import Timing

GOOD, BAD = HealthState.HEALTHY, HealthState.UNHEALTHY


def watch_of(needs: dict[str, Any], **thresholds: int) -> Watch:
    """Watch services with a check each, in a graph of needs."""
    check = make_check(thresholds=thresholds or {"fail": 1}, interval="10s")
    return Watch(Round({name: [check] for name in needs}, make_graph(**needs)), chance(), 0)


def see(watch: Watch, at_s: int, **states: HealthState) -> list[Change]:
    """Let the checks of services find these states, and settle."""
    numbers = {tally.service: number for number, tally in enumerate(watch.tallies)}
    for service, state in states.items():
        detail = "" if state.is_passing else "it is down"
        watch.take(numbers[service], CheckResult("api", "http", state, detail, "", Timing(MS)), at_s * SECOND)
    return list(watch.settle(at_s * SECOND))


def see_all(watch: Watch, at_s: int, **states: HealthState) -> list[Change]:
    """Let all checks of services find these states, and settle."""
    for number, tally in enumerate(watch.tallies):
        state = states[tally.service]
        watch.take(number, CheckResult(tally.check.name, "http", state, "", "", Timing(MS)), at_s * SECOND)
    return list(watch.settle(at_s * SECOND))


def told(changes: list[Change]) -> list[str]:
    """Write changes in short."""
    return [f"{one.service}: {one.before} > {one.after}" for one in changes]


def test_the_first_state_of_each_check_is_told() -> None:
    """Whoever begins to watch sees how things are."""
    watch = watch_of({"a": [], "b": []})

    changes = see(watch, 1, a=GOOD, b=BAD)

    assert told(changes) == ["a: skipped > healthy", "b: skipped > unhealthy"]
    assert (changes[1].at_ns, changes[1].detail) == (SECOND, "it is down")


def test_nobody_is_told_of_before_what_is_behind_it_was_looked_at() -> None:
    """Else a service would be unhealthy, and at once unreachable because of the next one; others do not wait."""
    watch = watch_of({"api": ["db"], "db": [], "c": []})

    first, second = told(see(watch, 1, api=BAD, c=GOOD)), see(watch, 2, db=BAD)

    assert first == ["c: skipped > healthy"]
    assert told(second) == ["api: skipped > unreachable", "db: skipped > unhealthy"]
    assert second[0].cause == ("db",)


def test_what_comes_from_without_is_told_once_for_all_checks() -> None:
    """Three checks of a service that already fail become unreachable together, and are so no more together."""
    check = [make_check(name=name, thresholds={"fail": 1}) for name in ("a", "b", "c")]
    watch = Watch(Round({"api": check, "db": check[:1]}, make_graph(api=["db"], db=[])), chance(), 0)
    see_all(watch, 1, api=BAD, db=GOOD)

    down, up = see_all(watch, 2, api=BAD, db=BAD), see_all(watch, 3, api=BAD, db=GOOD)

    assert told(down) == ["api: unhealthy > unreachable", "db: healthy > unhealthy"]
    assert (down[0].name, down[0].checks, down[0].cause) == ("api", ("a", "b", "c"), ("db",))
    assert told(up) == ["api: unreachable > unhealthy", "db: unhealthy > healthy"]


def test_the_last_time_nothing_is_waited_for() -> None:
    """A watch that ends early tells what it saw."""
    watch = watch_of({"api": ["db"], "db": []})
    see(watch, 1, api=BAD)

    assert told(list(watch.settle(2 * SECOND, is_last=True))) == ["api: skipped > unhealthy"]


def test_what_stays_as_it_is_is_not_told() -> None:
    """A thousand equal results are no news."""
    watch = watch_of({"a": []})
    see(watch, 1, a=GOOD)

    assert see(watch, 2, a=GOOD) == []


def test_a_state_changes_only_when_the_thresholds_say_so() -> None:
    """With `fail: 3`, two failures change nothing, and the third one does."""
    watch = watch_of({"a": []}, fail=3)
    see(watch, 1, a=GOOD)

    assert [told(see(watch, second, a=BAD)) for second in (2, 3, 4)] == [[], [], ["a: healthy > unhealthy"]]


def test_what_fails_at_the_same_time_is_explained_together() -> None:
    """The service behind a failing database is unreachable at once, and says because of whom."""
    watch = watch_of({"api": ["db"], "db": []})
    see(watch, 1, api=GOOD, db=GOOD)

    changes = see(watch, 2, api=BAD, db=BAD)

    assert told(changes) == ["api: healthy > unreachable", "db: healthy > unhealthy"]
    assert changes[0].cause == ("db",)


def test_a_service_can_change_without_a_result_of_its_own() -> None:
    """When what it depends on fails, it is degraded although its own check passes."""
    watch = watch_of({"api": ["db"], "db": []})
    see(watch, 1, api=GOOD, db=GOOD)

    changes = see(watch, 2, db=BAD)

    assert told(changes) == ["api: healthy > degraded", "db: healthy > unhealthy"]
    assert (changes[0].name, changes[0].checks, changes[0].cause) == ("api", (), ("db",))
    assert told(see(watch, 3, db=GOOD)) == ["api: degraded > healthy", "db: unhealthy > healthy"]


def test_maintenance_that_begins_changes_states() -> None:
    """What fails while it is worked on is in maintenance, from the moment on when that is known."""
    watch = watch_of({"a": []})
    see(watch, 1, a=BAD)

    begun = list(watch.settle(2 * SECOND, frozenset({"a"})))
    over = list(watch.settle(3 * SECOND))

    assert told(begun) == ["a: unhealthy > maintenance"]
    assert told(over) == ["a: maintenance > unhealthy"]


def test_the_facts_show_where_the_checks_stand() -> None:
    """A failure below the threshold is in the result, but not in the state of the service."""
    watch = watch_of({"a": []}, fail=3)
    see(watch, 1, a=GOOD)
    see(watch, 2, a=BAD)

    service = watch.facts(3 * SECOND).services[0]

    assert (service.state, service.checks[0].state, service.checks[0].detail) == (GOOD, GOOD, "it is down")


def test_nothing_is_known_before_the_first_result() -> None:
    """Then everything is skipped, which is not healthy."""
    facts = watch_of({"a": []}).facts(0)

    assert [one.state for one in facts.services] == [HealthState.SKIPPED]
    assert not facts.is_healthy


def test_services_of_the_graph_without_checks_are_no_part_of_the_answer() -> None:
    """Only those that were chosen are."""
    watch = Watch(Round({"a": [make_check()]}, make_graph(a=["b"], b=[])), chance(), 0)

    assert [one.name for one in watch.facts(0).services] == ["a"]


def test_a_disabled_check_is_never_due() -> None:
    """It is not made, and says nothing."""
    round_ = Round({"a": [make_check(enabled=False)]}, make_graph(a=[]))

    assert Watch(round_, chance(), 0).next_ns is None


def test_an_interval_for_all_wins() -> None:
    """`--interval` makes every check due again after it."""
    round_ = Round({"a": [make_check(interval="30s")]}, make_graph(a=[]))
    watch = Watch(round_, chance(), 0, interval_ns=SECOND)
    watch.due(0, 1)

    watch.take(0, CheckResult("api", "http", GOOD, "", "", Timing(MS)), 10 * MS)

    assert watch.next_ns is not None
    assert 0.95 * SECOND <= watch.next_ns <= 1.05 * SECOND


def test_a_thousand_checks_of_which_all_change_are_settled_in_a_moment() -> None:
    """Explaining happens once for all that changed, however many those are."""
    watch = watch_of({f"s{number}": [] for number in range(1000)})

    changes = see(watch, 1, **dict.fromkeys([f"s{number}" for number in range(1000)], BAD))

    assert len(changes) == 1000
