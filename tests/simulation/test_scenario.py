"""What a scenario shows: faults, policies, repeatability, and an end in every case."""

from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest

from tests.simulation.systems import FAST, SECOND, by_name, policy, scenario, service, simulate
from tiktoktoe_cli.errors import ConfigError
from tiktoktoe_cli.resilience import breaker, bulkhead, hedging, outcome, rate_limit, retry
from tiktoktoe_cli.resilience.budgets import live as budgets
from tiktoktoe_cli.simulation import SimulatedService, run_scenario
from tiktoktoe_cli.simulation import steps as simulated
from tiktoktoe_cli.simulation.engine import Limits

PAIR = (service("gateway", calls=("payments",)), service("payments", FAST))
GUARDED = {"default": policy({"retry": {}}, {"circuit_breaker": {"reset_timeout": "2s"}}, {"timeout": "1s"})}


@pytest.mark.parametrize(
    ("step", "name", "live"),
    [
        ("circuit_breaker", "CircuitBreaker", breaker),
        ("circuit_breaker", "failure_of", outcome),
        ("retry", "retry_delay", retry),
        ("retry", "Budget", budgets),
        ("bulkhead", "enter", bulkhead),
        ("bulkhead", "leave", bulkhead),
        ("bulkhead", "give_up", bulkhead),
        ("rate_limit", "take", rate_limit),
        ("hedging", "after_try", hedging),
        ("hedging", "may_hedge", hedging),
    ],
)
def test_the_simulator_decides_with_the_functions_of_live_calls(
    step: str, name: str, live: ModuleType
) -> None:
    """There is one breaker, one retry decision, one of everything in the house."""
    module = import_module(f"{simulated.__name__}.{step}")

    assert vars(module)[name] is vars(live)[name]


def test_the_same_seed_gives_the_same_facts() -> None:
    """Everything that was counted is equal, down to the last latency."""
    words: dict[str, Any] = {
        "traffic": {"gateway": {"poisson": "100/s"}},
        "policy": "default",
        "replications": 2,
        "faults": [{"at": "3s", "for": "2s", "on": "payments", "error_rate": "60%"}],
    }

    first, second = (simulate(PAIR, GUARDED, **words, seed=7) for _ in range(2))

    assert first == second
    assert first.replications[0] != first.replications[1]
    assert first != simulate(PAIR, GUARDED, **words, seed=8)


def test_a_policy_does_not_change_when_requests_arrive() -> None:
    """Chance has a stream for each purpose: with and without a policy the same load is offered."""
    words: dict[str, Any] = {
        "traffic": {"gateway": {"poisson": "100/s"}},
        "faults": [{"at": "3s", "for": "2s", "on": "payments", "error_rate": "60%"}],
    }

    bare, guarded = simulate(PAIR, **words), simulate(PAIR, GUARDED, policy="default", **words)

    offered = [[second.offered for second in facts.replications[0].timeline] for facts in (bare, guarded)]
    assert offered[0] == offered[1]


@pytest.mark.parametrize(
    "more",
    [
        ({"retry": {"budget": {"aws_standard": {"capacity": 1_000_000}}}},),
        (
            {"fallback": {"value": 1, "on": ["cancelled"]}},
            {"bulkhead": {"max_concurrent": 999}},
            {"retry": {}},
        ),
    ],
)
def test_a_layer_that_does_nothing_changes_nothing(more: tuple[Any, ...]) -> None:
    """Each layer draws from its own streams: beside a budget that never refuses, the waits of a retry are the same."""
    words: dict[str, Any] = {
        "traffic": {"gateway": {"poisson": "100/s"}},
        "policy": "default",
        "faults": [{"at": "3s", "for": "2s", "on": "payments", "error_rate": "60%"}],
    }

    plain, layered = (
        simulate(PAIR, {"default": policy(*layers)}, **words) for layers in (({"retry": {}},), more)
    )

    assert layered == plain


def test_a_fallback_makes_requests_degraded() -> None:
    """While a service is gone its caller's caller has answers, but they count as neither good nor failed."""
    front = service("front", calls=("gateway",))
    gateway = replace(PAIR[0], calls=(replace(PAIR[0].calls[0], policy="covered"),))

    facts = simulate(
        (front, gateway, PAIR[1]),
        {"covered": policy({"fallback": {"value": "none"}}, {"retry": {"max_attempts": 1}})},
        traffic={"front": {"constant": "100/s"}},
        faults=[{"at": "2s", "for": "5s", "on": "payments", "kill": True}],
    )

    assert [second.degraded for second in facts.replications[0].timeline] == [0, 0, *[100] * 5, 0, 0, 0]
    assert facts.measures["degraded_rate"].mean == pytest.approx(500 / 999)
    assert facts.measures["success_rate"].mean == pytest.approx(499 / 999)
    assert facts.failures == {}
    by_target = {call.target: call for call in facts.calls}
    assert by_target["payments"].fallbacks.mean == 500
    assert by_target["payments"].success_rate == facts.measures["success_rate"]
    assert by_target["gateway"].fallbacks.mean == 0


def test_only_the_call_that_was_turned_away_counts_as_rejected() -> None:
    """What the service in the middle was refused is a failure for its caller, with the cause at the root."""
    front = service("front", calls=("gateway",))
    gateway = replace(PAIR[0], calls=(replace(PAIR[0].calls[0], policy="limited"),))

    facts = simulate(
        (front, gateway, PAIR[1]),
        {"limited": policy({"rate_limit": {"rate": "1/d"}})},
        traffic={"front": {"constant": "100/s"}},
    )

    assert facts.failures["rate_limit"].mean == 998
    rejected = {call.target: {by: one.mean for by, one in call.rejected_by.items()} for call in facts.calls}
    assert rejected == {"gateway": {}, "payments": {"rate_limit": 998}}


def test_a_killed_caller_tries_no_more() -> None:
    """Requests arrive at 1, 2 and 3 s and are retried every second, until their service is gone at 3.5 s."""
    persistent = {"retry": {"max_attempts": 100, "base": "1s", "cap": "1s", "jitter": "none"}}

    facts = simulate(
        PAIR,
        {"default": policy(persistent)},
        policy="default",
        traffic={"gateway": {"constant": "1/s"}},
        faults=[
            {"at": "0", "for": "1h", "on": "payments", "kill": True},
            {"at": "3.5s", "for": "1h", "on": "gateway", "kill": True},
        ],
    )

    assert facts.replications[0].calls[0].attempts == 3 + 2 + 1


def test_a_killed_service_fails_and_comes_back() -> None:
    """Down from 3 s to 5 s: the requests of these seconds fail, no others, and it recovers at once."""
    facts = simulate(PAIR, faults=[{"at": "3s", "for": "2s", "on": "payments", "kill": True}])

    failed = [second.failed for second in facts.replications[0].timeline]
    assert failed == [0, 0, 0, 100, 100, 0, 0, 0, 0, 0]
    assert set(facts.failures) == {"down"}
    assert facts.measures["recovery_time"].mean == 0


def test_a_kill_loses_what_is_under_way() -> None:
    """Requests that a service works on and that wait for it fail when it goes down."""
    slow = service("gateway", {"constant": "10s"}, concurrency=5, queue=1000)

    facts = simulate((slow,), faults=[{"at": "1.005s", "for": "30s", "on": "gateway", "kill": True}])

    assert facts.replications[0].failures == {"down": 999}


def test_a_killed_caller_forgets_its_calls() -> None:
    """An answer that arrives after its caller has died changes nothing: each request ends once."""
    slow = service("payments", {"constant": "500ms"})

    facts = simulate((PAIR[0], slow), faults=[{"at": "3s", "for": "100ms", "on": "gateway", "kill": True}])

    run = facts.replications[0]
    assert run.failures == {"down": 60}  # 50 under way and 10 that arrived meanwhile
    assert run.good == run.offered - 60


def test_a_killed_service_comes_back_with_all_its_slots() -> None:
    """The slots of the requests that a kill lost are free afterwards."""
    gateway = service("gateway", {"constant": "5ms"}, concurrency=1, queue=0)

    facts = simulate((gateway,), faults=[{"at": "3.012s", "for": "0.988s", "on": "gateway", "kill": True}])

    assert [second.failed for second in facts.replications[0].timeline][4:] == [0] * 6


def test_latency_faults_multiply_and_add() -> None:
    """Ten times 1 ms and 5 ms more are 15 ms."""
    facts = simulate(
        (service("gateway", FAST),),
        faults=[
            {"at": "0", "for": "1h", "on": "gateway", "latency": "x10"},
            {"at": "0", "for": "1h", "on": "gateway", "latency": "5ms"},
        ],
    )

    assert facts.measures["latency_p50"].mean == 15_000_000


def test_a_timeout_gives_up_but_the_service_works_on() -> None:
    """Calls of 50 ms under a timeout of 20 ms all fail at the caller; the callee is still as busy."""
    slow = service("payments", {"constant": "50ms"}, concurrency=1, queue=0)

    facts = simulate(
        (PAIR[0], slow),
        {"default": policy({"timeout": "20ms"})},
        policy="default",
        traffic={"gateway": {"constant": "20/s"}},
    )

    assert set(facts.failures) == {"timeout"}
    assert facts.measures["success_rate"].mean == 0


def test_a_breaker_recovers_after_its_reset_timeout() -> None:
    """Dead from 2 s to 3 s with a reset timeout of 2 s: rejected until then, closed after the probes."""
    facts = simulate(
        PAIR,
        GUARDED,
        policy="default",
        faults=[{"at": "2s", "for": "1s", "on": "payments", "kill": True}],
    )

    (call,) = facts.replications[0].calls
    causes = [change.cause for change in call.transitions or ()]
    assert causes == ["failure rate", "reset timeout", "probes passed"]
    assert 1 * SECOND <= facts.measures["recovery_time"].mean <= 3 * SECOND
    states = [second.state.value for second in facts.replications[0].timeline]
    assert states[0] == "closed"
    assert states[3] == "open"
    assert states[9] == "closed"


def test_the_default_policy_protects_calls_that_name_none() -> None:
    """As with requests: neither the dependency nor the scenario names one, and `default` is there."""
    facts = simulate(
        PAIR,
        {"default": policy({"retry": {"max_attempts": 2}})},
        faults=[{"at": "0", "for": "1h", "on": "payments", "kill": True}],
    )

    assert facts.measures["amplification"].mean == 2


def test_a_dependencys_own_policy_comes_before_the_scenarios() -> None:
    """A call whose dependency names a policy does not use the scenario's."""
    named = replace(PAIR[0].calls[0], policy="patient")
    gateway = replace(PAIR[0], calls=(named,))

    facts = simulate(
        (gateway, PAIR[1]),
        {
            "default": policy({"retry": {"max_attempts": 2}}),
            "patient": policy({"retry": {"max_attempts": 5}}),
        },
        policy="default",
        faults=[{"at": "0", "for": "1h", "on": "payments", "kill": True}],
    )

    assert facts.measures["amplification"].mean == 5


@pytest.mark.parametrize(
    ("order", "attempts"), [(("retry", "circuit_breaker"), 10), (("circuit_breaker", "retry"), 30)]
)
def test_the_order_of_layers_matters(order: tuple[str, ...], attempts: int) -> None:
    """A breaker inside the retry opens after 10 attempts, outside of it after 10 calls of 3 attempts each."""
    ordered = policy(*({kind: {}} for kind in order))

    facts = simulate(
        PAIR,
        {"default": ordered},
        policy="default",
        traffic={"gateway": {"constant": "1/s"}},
        duration="29s",
        faults=[{"at": "0", "for": "1h", "on": "payments", "kill": True}],
    )

    assert facts.replications[0].calls[0].attempts == attempts


def test_a_service_without_replicas_is_down() -> None:
    """Nobody is there to answer."""
    facts = simulate((service("gateway", FAST, replicas=0),))

    assert set(facts.failures) == {"down"}


def test_replicas_multiply_what_a_service_can_take() -> None:
    """Two replicas with one slot each serve 100/s of 20 ms work without a queue; one cannot."""
    one, two = (
        simulate((service("gateway", {"constant": "20ms"}, concurrency=1, queue=0, replicas=replicas),))
        for replicas in (1, 2)
    )

    assert one.measures["success_rate"].mean == pytest.approx(0.5, abs=0.01)
    assert two.measures["success_rate"].mean == 1


def test_replicas_multiply_the_queue() -> None:
    """Two replicas hold 2 requests and queue 2 x 3 more; a thousand come and nobody is finished."""
    swamp = service("gateway", {"constant": "1h"}, concurrency=1, queue=3, replicas=2)

    facts = simulate((swamp,))

    assert facts.replications[0].offered - facts.replications[0].failures["queue_full"] == 8


def test_a_long_chain_of_services_fails_without_deep_recursion() -> None:
    """A failure travels up through 3,000 services."""
    names = ["gateway", *(f"s{number}" for number in range(3000))]
    chain = [service(name, calls=(following,)) for name, following in pairwise(names)]

    facts = simulate(
        (*chain, service(names[-1])),
        traffic={"gateway": {"constant": "1/s"}},
        duration="3s",
        faults=[{"at": "0", "for": "1h", "on": names[-1], "kill": True}],
    )

    assert facts.failures["down"].mean == 2


def test_an_interrupted_run_keeps_what_it_has() -> None:
    """A run that is stopped has results up to that time, says so, and its assertions are undecided."""
    settings = scenario(duration="1h", replications=3, **{"assert": ["success_rate > 0.5"]})

    facts = run_scenario("test", settings, by_name(*PAIR), {}, should_stop=lambda: True)

    assert facts.stopped == "it was interrupted"
    assert len(facts.replications) == 1
    assert facts.replications[0].good > 0
    assert [one.outcome.value for one in facts.assertions] == ["undecided"]


def test_a_scenario_that_grows_without_bound_is_stopped() -> None:
    """More calls under way than the limit end the run with what it has."""
    swamp = service("gateway", {"constant": "1h"}, concurrency=1_000_000)
    settings = scenario(duration="10m", traffic={"gateway": {"constant": "1000/s"}})

    facts = run_scenario("test", settings, by_name(swamp), {}, limits=Limits(pending=5000))

    assert facts.stopped is not None
    assert "grew without bound" in facts.stopped
    assert facts.holds is False


def test_progress_is_told() -> None:
    """Whoever watches learns of the start, the progress and the end of every replication."""
    told: list[str] = []

    class Watcher:
        """Writes down what it is told."""

        def started(self, scenario: str, replications: int) -> None:
            """Note it."""
            told.append(f"{scenario} {replications}")

        def advanced(self, replication: int, share: float) -> None:
            """Note it."""
            assert 0 < share <= 1
            if f"advanced {replication}" not in told:
                told.append(f"advanced {replication}")

        def finished(self, replication: int) -> None:
            """Note it."""
            told.append(f"finished {replication}")

    run_scenario("test", scenario(duration="60s", replications=2), by_name(*PAIR), {}, observer=Watcher())

    assert told == ["test 2", "advanced 1", "finished 1", "advanced 2", "finished 2"]


@pytest.mark.parametrize(
    ("services", "code"),
    [
        ((service("gateway", FAST, ("a",)), service("a", FAST, ("gateway",))), "call-cycle"),
        ((service("gateway", FAST, ("nobody",)),), "unknown-name"),
    ],
)
def test_what_cannot_run_is_refused(services: tuple[SimulatedService, ...], code: str) -> None:
    """A scenario whose calls would never be answered does not start, wherever its settings come from."""
    with pytest.raises(ConfigError) as caught:
        simulate(services)

    assert [problem.code for problem in caught.value.problems] == [code]
