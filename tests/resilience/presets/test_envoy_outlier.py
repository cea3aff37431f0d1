"""`semantics: envoy_outlier` ejects the hosts that Envoy's outlier detection would, and reads its block."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.resilience.presets.answers import Run, Scenario, disagreements, parameters, unit_cases
from tests.resilience.presets.pasted import pasted, refusal
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import CLOSED, OPEN, BreakerState
from tiktoktoe_cli.resilience.presets.envoy_outlier import (
    CONSECUTIVE_FAILURES,
    FAILURE_RATE,
    MACHINE,
    SUCCESS_RATE,
    EnvoyOutlierSettings,
    Rules,
    State,
    settle,
    swept,
)
from tiktoktoe_cli.resilience.presets.envoy_rates import (
    BACKOFF,
    CELLS,
    EJECTED,
    FAILURES,
    NO_RATE,
    outlier_line,
    success_rate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.resilience.presets.answers import Step

S = NS_PER_S
LEAST_SERVER_ERROR = 500
TYPES = {
    CONSECUTIVE_FAILURES: "consecutive_5xx",
    SUCCESS_RATE: "success_rate",
    FAILURE_RATE: "failure_percentage",
}
NOT_OURS = "gateway_failure"
"""In the names of Envoy's own count of 502, 503 and 504, which ejects nobody in its defaults."""


class Cluster:
    """The machine's steps on a cluster, without a live breaker: it would sweep at times of its own."""

    def __init__(self, **options: object) -> None:
        self.rules: Rules = EnvoyOutlierSettings.model_validate(options).rules
        self.ring = MACHINE.ring(self.rules)
        self.state: State = MACHINE.initial(self.rules)

    def cells(self, which: int) -> list[int]:
        """Read a number of each host."""
        return self.ring[which::CELLS]

    @property
    def away(self) -> list[int]:
        """The hosts that are ejected."""
        return [host for host, row in enumerate(self.cells(EJECTED)) if row]

    def respond(self, host: int, failed: int, count: int = 1, now_ns: int = 0) -> None:
        """Let a host answer so many times."""
        for _ in range(count):
            self.state = MACHINE.result(self.rules, self.ring, self.state, now_ns, host, failed, 0)

    def sweep(self, now_ns: int) -> None:
        """Let the interval timer fire."""
        self.state = swept(self.rules, self.ring, self.state, now_ns)

    def choose(self, count: int) -> list[int]:
        """Start so many calls, and return their hosts."""
        hosts = []
        for _ in range(count):
            _, self.state = MACHINE.acquire(self.rules, self.ring, self.state, 0)
            hosts.append(self.state[1])
        return hosts


@dataclass
class EnvoyRun(Run):
    """A cluster on its way through a scenario, with what Envoy tells of the latest sweep and of the latest step."""

    cluster: Cluster = field(default_factory=Cluster)
    rates: list[float] = field(default_factory=list)
    line: tuple[float, float] = (NO_RATE, NO_RATE)
    log: list[Mapping[str, object]] = field(default_factory=list)

    @classmethod
    def of(cls, scenario: Scenario, hosts: int) -> EnvoyRun:
        """Make the scenario's cluster."""
        config = {name: value for name, value in scenario.config.items() if NOT_OURS not in name}
        settings = pasted(EnvoyOutlierSettings, {"hosts": hosts, **config})
        run = cls(settings, cluster=Cluster(**settings.model_dump(exclude_unset=True)))
        run.rates = [NO_RATE] * hosts
        return run

    def requests(self, step: Step) -> None:
        """Let one host, or each, answer with a code, and log what is found out."""
        cluster, code = self.cluster, step["code"]
        failed = int(code >= LEAST_SERVER_ERROR)
        found: dict[tuple[int, str, int], int] = {}
        for host in range(cluster.rules.hosts) if step["host"] == "all" else [step["host"]]:
            for _ in range(step["count"]):
                was_away = host in cluster.away
                cluster.respond(host, failed, now_ns=self.now_ns(step))
                for key in self._detections(host, failed, was_away=was_away):
                    found[key] = found.get(key, 0) + 1
        self.log = [
            {"host": host, "event": event, "type": TYPES[row], "count": count}
            for (host, event, row), count in found.items()
        ]

    def _detections(self, host: int, failed: int, *, was_away: bool) -> Iterator[tuple[int, str, int]]:
        """A failure after which a counter is at zero was found out; if it did not eject, that was not enforced."""
        if failed and not was_away and self.cluster.cells(FAILURES)[host] == 0:
            ejected = self.cluster.cells(EJECTED)[host] == CONSECUTIVE_FAILURES + 1
            yield host, "eject" if ejected else "detected_not_enforced", CONSECUTIVE_FAILURES

    def interval(self, step: Step) -> None:
        """Look at the rates as the sweep will, and let it come."""
        cluster, rates = self.cluster, self.cluster.rules.rates
        volume = min(rates.request_volume, rates.failure_request_volume)
        self.rates = [
            round(success_rate(cluster.ring, host, volume), 6) for host in range(cluster.rules.hosts)
        ]
        self.line = outlier_line(rates, cluster.ring)
        before = cluster.cells(EJECTED)
        cluster.sweep(self.now_ns(step))
        self.log = [
            {
                "host": host,
                "event": "eject" if now else "uneject",
                "type": TYPES[now - 1] if now else "",
                "count": 1,
            }
            for host, (was, now) in enumerate(zip(before, cluster.cells(EJECTED), strict=True))
            if was != now
        ]


READERS: Mapping[str, Any] = {
    "ejected": lambda run, _: run.cluster.away,
    "ejections_active": lambda run, _: run.cluster.state[-1],
    "backoff": lambda run, _: run.cluster.cells(BACKOFF),
    "success_rate": lambda run, _: run.rates,
    "success_rate_average": lambda run, _: run.line[0],
    "ejection_threshold": lambda run, _: run.line[1],
    "log": lambda run, _: run.log,
}
OPERATIONS: Mapping[str, Any] = {"requests": EnvoyRun.requests, "interval": EnvoyRun.interval}


def without_gateways(case: Scenario) -> Scenario:
    """Leave what the count of gateway failures found out of the log: it ejects nobody in these cases."""

    def told(after: Step) -> Step:
        return {**after, "log": [entry for entry in after["log"] if NOT_OURS not in entry["type"]]}

    assert all(value == 0 for name, value in case.config.items() if NOT_OURS in name)
    return replace(case, steps=tuple({**step, "after": told(step["after"])} for step in case.steps))


@pytest.mark.parametrize("case", parameters(unit_cases("envoy")))
def test_ejects_as_envoy_does(case: Scenario) -> None:
    """In the two of Envoy's own tests that are data, each step shows the same."""
    hosts = len(case.steps[0]["after"]["backoff"])

    found = list(disagreements(EnvoyRun.of(case, hosts), without_gateways(case), READERS, OPERATIONS))

    assert found == []


@pytest.mark.parametrize(
    ("options", "away"),
    [
        ({"hosts": 9}, []),  # one of nine is more than 10 %
        ({"hosts": 10}, [0]),
        ({"hosts": 19}, [0]),
        ({"hosts": 20}, [0, 1]),
        ({"hosts": 9, "always_eject_one_host": True}, [0]),
        ({"hosts": 9, "max_ejection": "34%"}, [0, 1, 2]),
    ],
)
def test_ejects_no_more_than_a_share_of_the_hosts(options: Mapping[str, Any], away: list[int]) -> None:
    """The share is the one that would be ejected: under ten hosts, Envoy's default ejects nobody."""
    cluster = Cluster(**options)
    for host in range(4):
        cluster.respond(host, failed=1, count=5)

    assert cluster.away == away


def test_five_failures_in_a_row_eject() -> None:
    """A success between them starts the count again, on this host alone."""
    cluster = Cluster(hosts=10)
    cluster.respond(0, failed=1, count=4)
    cluster.respond(1, failed=0)
    before = cluster.away
    cluster.respond(0, failed=0)
    cluster.respond(0, failed=1, count=4)
    between = cluster.away

    cluster.respond(0, failed=1)

    assert (before, between, cluster.away) == ([], [], [0])


def test_calls_go_round_the_hosts_that_are_left() -> None:
    """Each in its turn; an ejected one is passed over."""
    cluster = Cluster(hosts=4, max_ejection="100%")
    before = cluster.choose(5)
    cluster.respond(2, failed=1, count=5)

    assert before == [0, 1, 2, 3, 0]
    assert cluster.choose(5) == [1, 3, 0, 1, 3]


@pytest.mark.parametrize(
    ("hosts", "options", "panics", "refuses"),
    [
        (10, {}, 6, None),  # four of ten are fewer than half
        (2, {}, 2, None),  # one of two is not
        (1, {}, 1, None),
        (10, {"panic_threshold": "90%"}, 3, None),  # eight of ten still have room for 112 % of the load
        (10, {"panic_threshold": "0%"}, None, 10),
        (10, {"fail_traffic_on_panic": True}, 6, 6),
        (10, {"panic_threshold": "0%", "fail_traffic_on_panic": True}, None, 10),
    ],
)
def test_panics_when_few_hosts_are_left(
    hosts: int, options: Mapping[str, Any], panics: int | None, refuses: int | None
) -> None:
    """Below the threshold all hosts are used, or none; only the latter is open to one caller."""
    cluster = Cluster(hosts=hosts, max_ejection="100%", **options)
    used_all, refused = None, None
    for away in range(1, hosts + 1):
        cluster.respond(away - 1, failed=1, count=5)
        if cluster.state[0] == OPEN:
            refused = refused or away
        elif set(cluster.choose(hosts)) == set(range(hosts)):
            used_all = used_all or away

    assert refused == refuses
    assert used_all == (None if refuses else panics)


def breaker_of(**options: object) -> CircuitBreaker:
    """Make a breaker around a cluster of one host that may be ejected, and whose ejection refuses calls."""
    one_host = {"always_eject_one_host": True, "panic_threshold": "0%"}
    return CircuitBreaker(EnvoyOutlierSettings.model_validate({**one_host, **options}))


def fail(breaker: CircuitBreaker, now_ns: int, count: int = 5) -> None:
    """Start and fail so many calls."""
    for _ in range(count):
        breaker.record(breaker.acquire(now_ns), now_ns, 0, 1)


def test_one_host_is_like_a_breaker_that_comes_back_at_a_sweep() -> None:
    """Ejected at 1 s for 30 s, it returns with the sweep of 40 s, to full traffic."""
    breaker = breaker_of()
    fail(breaker, S)

    wait_ns = breaker.retry_after_ns(S)
    answers = [breaker.acquire(40 * S - 1), breaker.acquire(40 * S), breaker.acquire(40 * S)]

    assert wait_ns == 39 * S
    assert answers == [REFUSED, 0, 0]
    assert [
        (change.at_ns, str(change.target), change.cause) for change in breaker.metrics(40 * S).transitions
    ] == [
        (1 * S, "open", "consecutive failures"),
        (40 * S, "closed", "hosts returned"),
    ]


def test_a_return_is_dated_when_it_was_due() -> None:
    """Who looks an hour later finds out that the host came back at its sweep."""
    breaker = breaker_of()
    fail(breaker, 0)

    changes = breaker.metrics(3600 * S).transitions

    assert changes[-1].at_ns == 30 * S


@pytest.mark.parametrize(
    ("back_for_s", "waits_s"),
    [
        (0, [30, 60, 90, 100, 100]),  # ejected again at once: longer each time, up to the longest
        (10, [30, 30, 30]),  # a whole interval without failures: one time less
    ],
)
def test_each_ejection_is_longer_unless_the_host_stays(back_for_s: int, waits_s: Sequence[int]) -> None:
    """The base, times how often it was ejected lately."""
    breaker, now_ns, waits = breaker_of(max_reset_timeout="100s"), 0, []
    for _ in waits_s:
        fail(breaker, now_ns)
        wait_ns = breaker.retry_after_ns(now_ns) or 0
        waits.append(wait_ns // S)
        now_ns += wait_ns + back_for_s * S

    assert waits == waits_s


def test_the_multiple_stops_growing_one_base_beyond_the_longest() -> None:
    """Four times 30 s is more than 100 s but less than 130 s, so a fifth is counted, and no sixth."""
    breaker, now_ns, multiples = breaker_of(max_reset_timeout="100s"), 0, []
    for _ in range(6):
        fail(breaker, now_ns)
        multiples.append(breaker.saved()[1][BACKOFF])
        now_ns += breaker.retry_after_ns(now_ns) or 0

    assert multiples == [1, 2, 3, 4, 5, 5]


def test_late_failures_neither_eject_again_nor_outlive_the_ejection() -> None:
    """Five more failures of an ejected host do nothing, and when it is back it has five to go."""
    cluster = Cluster(hosts=10, max_ejection="100%")
    cluster.respond(0, failed=1, count=5 + 5 + 3)
    late = cluster.state[-1], cluster.cells(BACKOFF)[0]
    cluster.sweep(30 * S)
    cluster.respond(0, failed=1, count=4)
    back = cluster.away

    cluster.respond(0, failed=1)

    assert (late, back, cluster.away) == ((1, 1), [], [0])


def test_a_host_may_return_and_go_in_one_sweep() -> None:
    """Late failures make it an outlier by its rate: both transitions are told."""
    rates = {"minimum_hosts": 1, "minimum_calls": 1, "enforce_failure_threshold": "100%"}
    breaker = breaker_of(**rates)
    late = breaker.acquire(0)
    fail(breaker, 0)
    breaker.record(late, 25 * S, 0, 1)

    changes = breaker.metrics(30 * S).transitions

    assert [(change.at_ns // S, str(change.target), change.cause) for change in changes] == [
        (0, "open", "consecutive failures"),
        (30, "closed", "hosts returned"),
        (30, "open", "failure rate"),
    ]


def test_nobody_can_force_it() -> None:
    """Envoy has no manual states."""
    with pytest.raises(ValueError, match="cannot be forced"):
        breaker_of().force(BreakerState.OPEN, 0)


def test_a_failure_rate_is_that_of_an_interval() -> None:
    """Half of 50 calls failed: enough for the threshold; spread over two intervals, 25 calls are too few."""
    options = {"hosts": 1, "minimum_hosts": 1, "failure_threshold": "50%", "always_eject_one_host": True}
    at_once, spread = (Cluster(**options, enforce_failure_threshold="100%") for _ in range(2))
    for _ in range(25):
        at_once.respond(0, failed=1)
        at_once.respond(0, failed=0)
    at_once.sweep(10 * S)
    for now_ns in (10 * S, 20 * S):
        spread.respond(0, failed=1, count=4)
        spread.respond(0, failed=0, count=21)
        spread.sweep(now_ns)

    assert (at_once.away, spread.away) == ([0], [])


def test_a_host_that_both_rates_find_out_is_ejected_once() -> None:
    """Envoy's debug build asserts that it is, its release build counts it twice."""
    options = {"hosts": 5, "max_ejection": "100%", "enforce_failure_threshold": "100%"}
    cluster = Cluster(**options, enforce_consecutive_failures="0%")
    for host in range(5):
        cluster.respond(host, failed=int(host == 4), count=100)

    cluster.sweep(10 * S)

    assert (cluster.away, cluster.state[-1], cluster.cells(BACKOFF)[4]) == ([4], 1, 1)
    assert cluster.cells(EJECTED)[4] == SUCCESS_RATE + 1


@pytest.mark.parametrize(
    ("failures", "line", "away"),
    [
        ([50, 0, 0, 0, 0], (90, 52), [0]),  # the source's example: a deviation of 20, 90 - 1.9 * 20
        ([50, 50, 50, 50, 50], (50, 50), []),  # no deviation: each rate is the line, and none is below it
    ],
)
def test_an_outlier_is_below_the_line(
    failures: Sequence[int], line: tuple[float, float], away: Sequence[int]
) -> None:
    """Of each host's 100 calls so many failed; the line is the mean less 1.9 deviations."""
    cluster = Cluster(hosts=5, max_ejection="100%", enforce_consecutive_failures="0%")
    for host, count in enumerate(failures):
        cluster.respond(host, failed=1, count=count)
        cluster.respond(host, failed=0, count=100 - count)
    found = outlier_line(cluster.rules.rates, cluster.ring)

    cluster.sweep(10 * S)

    assert (found, cluster.away) == (line, away)


ACTS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 3 * S, 10 * S, 95 * S]),
        st.integers(0, 3),
        st.sampled_from([0, 0, 1]),
        st.integers(1, 6),
    ),
    max_size=40,
)
BUSY = {
    "hosts": 4,
    "max_ejection": "75%",
    "consecutive_failures": 3,
    "enforce_failure_threshold": "100%",
    "fail_traffic_on_panic": True,
    "minimum_calls": 3,
    "minimum_hosts": 1,
    "success_rate_minimum_hosts": 2,
    "success_rate_request_volume": 4,
    "success_rate_stdev_factor": 500,
}


@given(ACTS)
def test_passing_over_idle_sweeps_changes_nothing(acts: list[tuple[int, int, int, int]]) -> None:
    """A cluster that settles when something happens is the one that was swept each ten seconds."""
    lazy, diligent = Cluster(**BUSY), Cluster(**BUSY)
    now_ns, next_ns = 0, 0
    for wait_ns, host, failed, count in acts:
        now_ns += wait_ns
        settled = None
        while settled is not lazy.state:
            settled = lazy.state
            lazy.state = settle(lazy.rules, lazy.ring, settled, now_ns)
        while next_ns <= now_ns:
            diligent.sweep(next_ns)
            next_ns = max(next_ns, diligent.state[3])
        for cluster in (lazy, diligent):
            cluster.respond(host, failed, count, now_ns)

        assert lazy.ring == diligent.ring
        assert lazy.state == diligent.state


@given(ACTS)
def test_is_open_exactly_while_too_few_hosts_are_left(acts: list[tuple[int, int, int, int]]) -> None:
    """The number of ejected hosts is right and within its bound, and each transition is a row of the table."""
    run = Run(EnvoyOutlierSettings.model_validate(BUSY))
    rules, now_ns = run.breaker.rules, 0
    for wait_ns, _, failed, count in acts:
        now_ns += wait_ns
        for _ in range(count):
            ticket = run.breaker.acquire(now_ns)
            if ticket != REFUSED:
                run.breaker.record(ticket, now_ns, 0, int(failed > 0))

            phase, away = run.state[0], [row for row in run.ring[EJECTED::CELLS] if row]
            assert len(away) == run.state[-1] <= rules.max_ejected
            assert phase == (OPEN if len(away) >= rules.refuse_at else CLOSED)
            assert ticket != REFUSED or now_ns < run.state[2][2]

    rows = {(row.source, row.target, row.cause) for row in MACHINE.table}
    assert {(change.source, change.target, change.cause) for change in run.transitions} <= rows


def test_a_block_of_envoy_can_be_pasted() -> None:
    """`outlier_detection` as in Envoy's YAML: percentages as numbers, durations as text."""
    written = {
        "hosts": 3,
        "consecutive_5xx": 7,
        "interval": "5s",
        "base_ejection_time": "15s",
        "max_ejection_time": "60s",
        "max_ejection_percent": 50,
        "enforcing_consecutive_5xx": 100,
        "enforcing_success_rate": 0,
        "failure_percentage_threshold": 60,
        "enforcing_failure_percentage": 100,
        "failure_percentage_minimum_hosts": 3,
        "failure_percentage_request_volume": 20,
        "success_rate_stdev_factor": 1500,
    }

    assert (
        pasted(EnvoyOutlierSettings, written).rules
        == EnvoyOutlierSettings.model_validate(
            {
                "hosts": 3,
                "consecutive_failures": 7,
                "interval": "5s",
                "reset_timeout": "15s",
                "max_reset_timeout": "1m",
                "max_ejection": "50%",
                "enforce_success_rate": 0,
                "failure_threshold": "60%",
                "enforce_failure_threshold": 1,
                "minimum_hosts": 3,
                "minimum_calls": 20,
                "success_rate_stdev_factor": 1500,
            }
        ).rules
    )


def test_the_longest_ejection_grows_with_a_long_first_one() -> None:
    """Without `max_ejection_time`, it is 300 s or the base, whichever is longer."""
    assert EnvoyOutlierSettings().rules.longest_ns == 300 * S
    assert pasted(EnvoyOutlierSettings, {"base_ejection_time": "10m"}).rules.longest_ns == 600 * S


@pytest.mark.parametrize(
    ("options", "code", "hint"),
    [
        ({"max_ejection_time": "10s"}, "cap-below-base", "raise `max_reset_timeout`"),
        ({"enforcing_success_rate": 30}, "out-of-range", "write 0% or 100%"),
        ({"max_ejection_percent": 101}, "bad-unit", "a share is at most 1, or 100%"),
        ({"split_external_local_origin_errors": True}, "option-elsewhere", "leave it out: a failure counts"),
        ({"consecutive_gateway_failure": 3}, "option-elsewhere", "leave it out: a failure of a gateway"),
        ({"max_ejection_time_jitter": "1s"}, "option-elsewhere", "leave it out: nothing here"),
        ({"consecutive_5x": 3}, "unknown-option", "did you mean `consecutive_5xx`?"),
        ({"hosts": 0}, "greater_than_equal", ""),
        ({"interval": "1us"}, "greater_than_equal", ""),
    ],
)
def test_what_is_not_modelled_is_refused(options: Mapping[str, Any], code: str, hint: str) -> None:
    """Each mistake has its code, and most a hint."""
    found_code, found_hint = refusal(EnvoyOutlierSettings, options)

    assert found_code == code
    assert found_hint.startswith(hint)
