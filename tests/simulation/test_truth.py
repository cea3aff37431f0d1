"""The simulator against closed forms: queueing theory, retry arithmetic, breaker arithmetic."""

import math
from statistics import fmean

import pytest

from tests.simulation.systems import FAST, SECOND, policy, service, simulate
from tiktoktoe_cli.simulation.facts import SimulationFacts

MS = 1_000_000


def mean_latency_ms(facts: SimulationFacts) -> float:
    """Return the mean response time over all replications."""
    return fmean(latency for run in facts.replications for latency in run.latencies_ns) / MS


def queue_under(service_time: dict[str, object], concurrency: int = 1) -> SimulationFacts:
    """Load one service with 70 requests a second, at random, for 10 times 400 seconds."""
    gateway = service("gateway", service_time, concurrency=concurrency, queue=100_000)
    return simulate(
        (gateway,), duration="400s", replications=10, traffic={"gateway": {"poisson": "70/s"}}, seed=1
    )


@pytest.fixture(scope="module")
def m_m_1() -> SimulationFacts:
    """One server with 10 ms of memoryless work, loaded to 70 %."""
    return queue_under({"exponential": {"mean": "10ms"}})


def test_one_server_takes_as_long_as_the_formula_of_m_m_1_says(m_m_1: SimulationFacts) -> None:
    """With arrivals 70/s and service 100/s the mean response time is 1/(100-70) s, within 3 %."""
    assert mean_latency_ms(m_m_1) == pytest.approx(1000 / 30, rel=0.03)


def test_response_times_of_m_m_1_are_exponential(m_m_1: SimulationFacts) -> None:
    """The 99th percentile is ln(100) mean response times, within 5 %."""
    assert m_m_1.measures["latency_p99"].mean / MS == pytest.approx(math.log(100) * 1000 / 30, rel=0.05)


def test_constant_work_waits_half_as_long() -> None:
    """M/D/1 (Pollaczek-Khinchine): 10 ms of work and 10*0.7/(2*0.3) ms of waiting, within 2 %."""
    facts = queue_under({"constant": "10ms"})

    assert mean_latency_ms(facts) == pytest.approx(10 + 7 / 0.6, rel=0.02)


def test_two_servers_take_as_long_as_erlang_says() -> None:
    """M/M/2 with 20 ms of work at 70/s: T = s/(1-rho^2) = 20/(1-0.49) ms, within 3 %."""
    facts = queue_under({"exponential": {"mean": "20ms"}}, concurrency=2)

    assert mean_latency_ms(facts) == pytest.approx(20 / 0.51, rel=0.03)


def test_a_full_queue_loses_what_m_m_1_k_says() -> None:
    """With room for K=3 the loss is rho^3(1-rho)/(1-rho^4), within 5 %."""
    gateway = service("gateway", {"exponential": {"mean": "10ms"}}, concurrency=1, queue=2)
    rho = 0.9

    facts = simulate((gateway,), duration="2000s", traffic={"gateway": {"poisson": "90/s"}}, seed=3)

    lost = 1 - facts.measures["success_rate"].mean
    assert lost == pytest.approx(rho**3 * (1 - rho) / (1 - rho**4), rel=0.05)
    assert set(facts.failures) == {"queue_full"}


def test_lognormal_work_has_the_percentiles_that_were_asked_for() -> None:
    """Half of the requests take at most 20 ms, 99 % at most 150 ms, within 3 %."""
    gateway = service("gateway", {"lognormal": {"p50": "20ms", "p99": "150ms"}}, concurrency=1_000_000)

    facts = simulate((gateway,), duration="1000s", traffic={"gateway": {"constant": "100/s"}})

    assert facts.measures["latency_p50"].mean / MS == pytest.approx(20, rel=0.03)
    assert facts.measures["latency_p99"].mean / MS == pytest.approx(150, rel=0.03)


@pytest.mark.parametrize("failing", [0.1, 0.5, 0.8])
def test_retries_amplify_the_load_by_the_geometric_sum(failing: float) -> None:
    """With 3 attempts at failure rate f the callee gets 1 + f + f^2 calls for one, and 1 - f^3 succeed."""
    gateway, payments = service("gateway", calls=("payments",)), service("payments", FAST)

    facts = simulate(
        (gateway, payments),
        {"default": policy({"retry": {"max_attempts": 3}})},
        policy="default",
        duration="200s",
        faults=[{"at": "0", "for": "1h", "on": "payments", "error_rate": str(failing)}],
    )

    assert facts.measures["amplification"].mean == pytest.approx(1 + failing + failing**2, rel=0.02)
    assert facts.measures["success_rate"].mean == pytest.approx(1 - failing**3, rel=0.02)


def test_nested_retries_multiply() -> None:
    """Three layers of three attempts around a service that is down make 27 attempts of one request."""
    chain = (
        service("gateway", calls=("a",)),
        service("a", calls=("b",)),
        service("b", calls=("c",)),
        service("c"),
    )

    facts = simulate(
        chain,
        {"default": policy({"retry": {}})},
        policy="default",
        faults=[{"at": "0", "for": "1h", "on": "c", "kill": True}],
    )

    assert facts.measures["amplification"].mean == 27


def test_a_full_window_opens_after_the_expected_number_of_calls() -> None:
    """A window of W successes opens after W*theta/p failures-to-come: 62.5 calls of 10 ms, within 6 %."""
    gateway, payments = service("gateway", calls=("payments",)), service("payments", FAST)

    facts = simulate(
        (gateway, payments),
        {"default": policy({"circuit_breaker": {}})},
        policy="default",
        replications=30,
        faults=[{"at": "5s", "for": "1h", "on": "payments", "error_rate": "80%"}],
    )

    found = facts.measures["time_to_open"]
    assert found.measured == 30
    assert found.mean / SECOND == pytest.approx(0.625, rel=0.06)


def test_a_breaker_of_a_dead_service_lets_the_expected_share_through() -> None:
    """Down for good, with reset 1 s and 5 probes: a cycle is 1 s of rejection and 5 calls of 10 ms."""
    gateway, payments = service("gateway", calls=("payments",)), service("payments", FAST)

    facts = simulate(
        (gateway, payments),
        {"default": policy({"circuit_breaker": {"reset_timeout": "1s"}})},
        policy="default",
        duration="1000s",
        faults=[{"at": "0", "for": "1h", "on": "payments", "kill": True}],
    )

    (call,) = facts.calls
    assert call.rejected_share is not None
    assert call.rejected_share.mean == pytest.approx(1 - 5 / 105, abs=0.002)


def test_breakers_stay_closed_without_faults() -> None:
    """A healthy system opens no circuit, loses nothing and calls once."""
    shop = (
        service("gateway", FAST, ("catalog", "orders")),
        service("orders", FAST, ("catalog", "payments")),
        service("catalog", FAST),
        service("payments", FAST),
    )

    facts = simulate(
        shop,
        {"default": policy({"retry": {}}, {"circuit_breaker": {}}, {"timeout": "1s"})},
        policy="default",
        replications=3,
    )

    means = [
        one and one.mean
        for call in facts.calls
        for one in (call.openings, call.open_share, call.attempts_per_call)
    ]
    assert means == [0, 0, 1] * 4
    assert facts.measures["success_rate"].mean == 1
    assert facts.measures["amplification"].mean == 1
    assert "time_to_open" not in facts.measures
