"""The semantics of Envoy's outlier detection: `semantics: envoy_outlier`.

Follows `source/common/upstream/outlier_detection_impl.cc` at 00c7146d and, for what it means to a caller,
`recalculatePerPriorityPanic` and `hostSourceToUse` of `source/extensions/load_balancing_policies/common/
load_balancer_impl.cc`. It ejects hosts from a cluster of `hosts`; a ticket is the host that a call goes to.

- Calls take the hosts that are not ejected in turn. When so many are ejected that less than `panic_threshold` is
  left, Envoy panics and uses all of them, or none with `fail_traffic_on_panic`. To one caller that is what counts:
  the state is open while calls would be refused, which never happens under Envoy's defaults, and closed otherwise.
- `max_ejection` is compared with the share that would be ejected, so that below 10 hosts its default of 10 % ejects
  nobody, unless `always_eject_one_host`. (The documentation says otherwise.)
- `consecutive_failures` is compared with `==` at each failure, and starts again at zero whether or not the host was
  ejected. A failure counts as a 5xx; those of a gateway (502, 503, 504) have no count of their own here.
- All else happens at whole multiples of `interval` of the clock, in this order: hosts return whose time is over, at
  once and to full traffic, there is no half-open; hosts go whose success rate is `<` mean - factor * deviation, or
  whose share of failures is `>=` failure_threshold, both of one interval; a host that has been back for an interval
  will be ejected for less long next time.
- Late results count for their host. A call that never returns holds nothing up.
- Where a host is found out by both rates in one sweep, Envoy ejects it twice (an assertion of its debug build fails);
  here it is ejected once. Enforcing by chance, jitter and errors of local origin apart from others are not modelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, NamedTuple, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.units import NS_PER_MS, Duration, Ratio
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    FORCED,
    MILLION,
    OPEN,
    PERMIT,
    REFUSE,
    UNLIMITED,
    BreakerState,
    Machine,
    Ring,
    Row,
    Window,
)
from tiktoktoe_cli.resilience.presets.envoy_rates import (
    BACKOFF,
    CALLS,
    CELLS,
    EJECTED,
    FAILURES,
    SINCE,
    SUCCESSES,
    RateRules,
    fails_much,
    failures_count,
    outlier_line,
    success_rate,
)
from tiktoktoe_cli.resilience.presets.settings import BreakerSettings, Native
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

_OVERPROVISIONING: Final = 140  # percent, Envoy's default: while 100 / 140 of the hosts are left, no panic
_WHOLE: Final = 100

TABLE = (
    Row(BreakerState.CLOSED, BreakerState.OPEN, "failures == consecutive_failures", "consecutive failures"),
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "a sweep, success rate < mean - success_rate_stdev_factor * deviation",
        "success rate",
    ),
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "a sweep, share of failures >= failure_threshold",
        "failure rate",
    ),
    Row(BreakerState.OPEN, BreakerState.CLOSED, "a sweep, hosts have returned", "hosts returned"),
)
"""The first three eject a host, each time; what leads to open is the ejection after which too few are left."""

CONSECUTIVE_FAILURES, SUCCESS_RATE, FAILURE_RATE, _RETURNED = range(len(TABLE))


class Rules(NamedTuple):
    """What the steps go by; `enforced` says of each of the first three rows whether it ejects.

    From `panic_at` ejected hosts on, all hosts are used; from `refuse_at` on, none.
    """

    hosts: int
    consecutive_failures: int
    enforced: tuple[int, int, int]
    rates: RateRules
    interval_ns: int
    base_ns: int
    longest_ns: int
    max_ejected: int
    panic_at: int
    refuse_at: int


Episode: TypeAlias = tuple[int, int, int]
"""(since_ns, row, until_ns): before `until_ns`, no host returns to an open cluster."""

State: TypeAlias = tuple[int, int, Episode, int, int]
"""(phase, host, episode, sweep_ns, ejected): the latest call's host, the next sweep, how many hosts are ejected."""


def _initial(rules: Rules) -> State:
    return (CLOSED, rules.hosts - 1, (0, FORCED, 0), 0, 0)


def _ring(rules: Rules) -> Ring:
    return [0] * (CELLS * rules.hosts)


def acquire(rules: Rules, ring: Ring, state: State, _now_ns: int) -> tuple[int, State]:
    """Choose the next host that may be used."""
    phase, host, episode, sweep_ns, ejected = state
    if phase == OPEN:
        return REFUSE, state
    for _ in range(rules.hosts):
        host = (host + 1) % rules.hosts
        if ejected >= rules.panic_at or not ring[CELLS * host + EJECTED]:
            break
    return PERMIT, (phase, host, episode, sweep_ns, ejected)


def result(  # noqa: PLR0913, PLR0917  # plain integers instead of objects: see `machine`
    rules: Rules, ring: Ring, state: State, now_ns: int, ticket: int, failed: int, _slow: int
) -> State:
    """Count a response of a host, and eject it if it has failed too often in a row."""
    phase, host, episode, sweep_ns, ejected = state
    cell = CELLS * ticket
    ring[cell + CALLS] += 1
    ring[cell + SUCCESSES] += 0 if failed else 1
    ring[cell + FAILURES] = ring[cell + FAILURES] + 1 if failed else 0
    after = (phase, host, episode, sweep_ns, ejected)
    if ring[cell + FAILURES] == rules.consecutive_failures and not ring[cell + EJECTED]:
        after = _ejected(rules, ring, after, now_ns, (ticket, CONSECUTIVE_FAILURES))
        ring[cell + FAILURES] = 0
    return after


def release(_rules: Rules, _ring: Ring, state: State, _now_ns: int, _ticket: int) -> State:
    """Leave the state alone: a call without a response is none."""
    return state


def force(_rules: Rules, _ring: Ring, state: State, _now_ns: int, _phase: int) -> State:
    """Leave the state alone: Envoy has no manual states."""
    return state


def settle(rules: Rules, ring: Ring, state: State, now_ns: int) -> State:
    """Make the next sweep that is due and would find something; the others are passed over."""
    phase, host, episode, sweep_ns, ejected = state
    if now_ns < sweep_ns:
        return state
    due_ns = _until_ns(rules, ring, sweep_ns)
    for cell in range(0, len(ring), CELLS):
        if ring[cell + CALLS] or (ring[cell + BACKOFF] and not ring[cell + EJECTED]):
            due_ns = sweep_ns
    if due_ns <= now_ns:
        return swept(rules, ring, state, due_ns)
    return (phase, host, episode, (now_ns // rules.interval_ns + 1) * rules.interval_ns, ejected)


def swept(rules: Rules, ring: Ring, state: State, now_ns: int) -> State:
    """Let hosts return, eject those that are outliers, and start a new interval.

    Where hosts that return close the circuit, the rest of the sweep is left to the next step.
    """
    phase, host, episode, _, ejected = state
    for cell in range(0, len(ring), CELLS):
        if ring[cell + EJECTED] and _due_ns(rules, ring, cell) <= now_ns:
            ring[cell + EJECTED] = ring[cell + FAILURES] = 0
            ring[cell + SINCE] = now_ns
            ejected -= 1
    if phase == OPEN and ejected < rules.refuse_at:
        return (CLOSED, host, (now_ns, _RETURNED, now_ns), now_ns, ejected)
    after = _judged(rules, ring, (phase, host, episode, now_ns + rules.interval_ns, ejected), now_ns)
    for cell in range(0, len(ring), CELLS):
        ring[cell + CALLS] = ring[cell + SUCCESSES] = 0
        back_ns = now_ns - ring[cell + SINCE]
        if not ring[cell + EJECTED] and ring[cell + BACKOFF] and back_ns >= rules.interval_ns:
            ring[cell + BACKOFF] -= 1
    return after


def window(_rules: Rules, ring: Ring, _state: State, _now_ns: int) -> Window:
    """Read the results of all hosts since the latest sweep."""
    calls, successes = sum(ring[CALLS::CELLS]), sum(ring[SUCCESSES::CELLS])
    return Window(calls, calls - successes, 0)


def _judged(rules: Rules, ring: Ring, state: State, now_ns: int) -> State:
    """Eject the hosts whose rates make them outliers."""
    rates, counts = rules.rates, failures_count(rules.rates, ring)
    _, line = outlier_line(rates, ring)
    for host in range(rules.hosts):
        if 0 <= success_rate(ring, host, rates.request_volume) < line:
            state = _ejected(rules, ring, state, now_ns, (host, SUCCESS_RATE))
    for host in range(rules.hosts):
        if counts and fails_much(rates, ring, host):
            state = _ejected(rules, ring, state, now_ns, (host, FAILURE_RATE))
    return state


def _ejected(rules: Rules, ring: Ring, state: State, now_ns: int, case: tuple[int, int]) -> State:
    """Eject a host by a row, if that is enforced and not too many are away already."""
    phase, latest, episode, sweep_ns, ejected = state
    host, row = case
    if ejected >= rules.max_ejected or not rules.enforced[row]:
        return state
    cell = CELLS * host
    ring[cell + EJECTED], ring[cell + SINCE] = row + 1, now_ns
    if ring[cell + BACKOFF] * rules.base_ns < rules.longest_ns + rules.base_ns:
        ring[cell + BACKOFF] += 1
    if phase == CLOSED and ejected + 1 >= rules.refuse_at:
        phase, episode = OPEN, (now_ns, row, _until_ns(rules, ring, sweep_ns))
    return (phase, latest, episode, sweep_ns, ejected + 1)


def _until_ns(rules: Rules, ring: Ring, sweep_ns: int) -> int:
    """Find the sweep at which the first host returns."""
    first_ns = UNLIMITED
    for cell in range(0, len(ring), CELLS):
        if ring[cell + EJECTED]:
            first_ns = min(first_ns, _due_ns(rules, ring, cell))
    return sweep_ns + max(-((sweep_ns - first_ns) // rules.interval_ns), 0) * rules.interval_ns


def _due_ns(rules: Rules, ring: Ring, cell: int) -> int:
    """Return when an ejected host may return."""
    return ring[cell + SINCE] + min(ring[cell + BACKOFF] * rules.base_ns, rules.longest_ns)


MACHINE = Machine(
    name="envoy_outlier",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    forced=frozenset(),
    settle=settle,
)


def _certain(share: Ratio) -> Ratio:
    if 0 < share < 1:
        words = {"share": str(share), "hint": "write 0% or 100%"}
        raise PydanticCustomError("out-of-range", "`{share}` would eject by chance", words)
    return share


Enforcing = Annotated[Ratio, AfterValidator(_certain)]
"""Whether hosts that are found out are ejected: all of them or none."""


class EnvoyOutlierSettings(BreakerSettings):
    """Stop calling the hosts of a cluster that fail more than the others, as Envoy does."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "consecutive_5xx": Native("consecutive_failures"),
        "base_ejection_time": Native("reset_timeout"),
        "max_ejection_time": Native("max_reset_timeout"),
        "max_ejection_percent": Native("max_ejection", "%"),
        "enforcing_consecutive_5xx": Native("enforce_consecutive_failures", "%"),
        "enforcing_success_rate": Native("enforce_success_rate", "%"),
        "enforcing_failure_percentage": Native("enforce_failure_threshold", "%"),
        "failure_percentage_threshold": Native("failure_threshold", "%"),
        "failure_percentage_minimum_hosts": Native("minimum_hosts"),
        "failure_percentage_request_volume": Native("minimum_calls"),
        "healthy_panic_threshold": Native("panic_threshold", "%"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(
            (
                "split_external_local_origin_errors",
                "consecutive_local_origin_failure",
                "enforcing_consecutive_local_origin_failure",
                "enforcing_local_origin_success_rate",
                "enforcing_failure_percentage_local_origin",
            ),
            "leave it out: a failure counts the same wherever it comes from",
        ),
        **dict.fromkeys(
            ("consecutive_gateway_failure", "enforcing_consecutive_gateway_failure"),
            "leave it out: a failure of a gateway is one like others, see `consecutive_5xx`",
        ),
        "max_ejection_time_jitter": "leave it out: nothing here happens by chance",
        "successful_active_health_check_uneject_host": "leave it out: no health check is asked here",
    }

    hosts: int = Field(1, ge=1, le=1000)
    """How many hosts the cluster has; each call goes to the next one."""
    consecutive_failures: int = Field(5, ge=1)
    """So many failures in a row eject a host."""
    enforce_consecutive_failures: Enforcing = Ratio(1)
    """Whether failures in a row eject."""
    interval: Duration = Field(Duration.of(10), ge=NS_PER_MS)
    """How long rates are counted before they are looked at, and how often hosts may return."""
    success_rate_minimum_hosts: int = Field(5, ge=0)
    """How many hosts must have had enough calls before their success rates are compared."""
    success_rate_request_volume: int = Field(100, ge=0)
    """How many calls a host must have had in an interval for that."""
    success_rate_stdev_factor: int = Field(1900, ge=0)
    """How many thousandths of the standard deviation below the mean an outlier is."""
    enforce_success_rate: Enforcing = Ratio(1)
    """Whether a success rate below the others' ejects."""
    failure_threshold: Ratio = Ratio(0.85)
    """The share of failures in an interval that ejects a host."""
    minimum_hosts: int = Field(5, ge=0)
    """How many hosts must have had `minimum_calls` before their shares of failures are looked at."""
    minimum_calls: int = Field(50, ge=0)
    """How many calls a host must have had in an interval for that."""
    enforce_failure_threshold: Enforcing = Ratio(0)
    """Whether the share of failures ejects."""
    reset_timeout: Duration = Field(Duration.of(30), gt=0)
    """How long a host is ejected, times how often it has been lately."""
    max_reset_timeout: Duration = Field(Duration.of(300), gt=0)
    """What the growing `reset_timeout` does not exceed; by default at least that itself."""
    max_ejection: Ratio = Ratio(0.1)
    """The largest share of the hosts that may be ejected at a time."""
    always_eject_one_host: bool = False
    """Whether one host may be ejected in any case."""
    panic_threshold: Ratio = Ratio(0.5)
    """When fewer than this share of the hosts is left, all of them are used; 0 never does so."""
    fail_traffic_on_panic: bool = False
    """Whether calls are refused then instead."""

    @model_validator(mode="after")
    def _longest_after_base(self) -> Self:
        if "max_reset_timeout" in self.model_fields_set and self.max_reset_timeout < self.reset_timeout:
            words = {"longest": str(self.max_reset_timeout), "base": str(self.reset_timeout)}
            where = {"hint": "raise `max_reset_timeout`", "at": [("max_reset_timeout",)]}
            message = "the longest ejection, `{longest}`, is shorter than the first, `{base}`"
            raise PydanticCustomError("cap-below-base", message, {**words, **where})
        return self

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        panic_at, refuse_at = self._panic()
        return Rules(
            hosts=self.hosts,
            consecutive_failures=self.consecutive_failures,
            enforced=(
                int(self.enforce_consecutive_failures),
                int(self.enforce_success_rate),
                int(self.enforce_failure_threshold),
            ),
            rates=RateRules(
                minimum_hosts=self.success_rate_minimum_hosts,
                request_volume=self.success_rate_request_volume,
                stdev_factor=self.success_rate_stdev_factor,
                failure_minimum_hosts=self.minimum_hosts,
                failure_request_volume=self.minimum_calls,
                failure_threshold_ppm=self.failure_threshold.ppm,
            ),
            interval_ns=self.interval,
            base_ns=self.reset_timeout,
            longest_ns=max(self.max_reset_timeout, self.reset_timeout),
            max_ejected=max(self.max_ejection.ppm * self.hosts // MILLION, int(self.always_eject_one_host)),
            panic_at=panic_at,
            refuse_at=refuse_at,
        )

    def doubts(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield the ejection that cannot happen, as it does not under ten hosts with Envoy's defaults."""
        if not self.rules.max_ejected:
            hosts = plural(self.hosts, "host")
            message = f"nothing is ever ejected: {self.max_ejection:.0%} of {hosts} is less than one"
            option = self.written("max_ejection")
            hint = f"raise `{option}`, or say `always_eject_one_host: true`"
            yield option, "inert-ejection", message, hint

    def _panic(self) -> tuple[int, int]:
        """Count how many hosts must be ejected for all to be used, and for none; one more than there are is never."""
        hosts, threshold = self.hosts, self.panic_threshold.ppm
        panicking = (
            away
            for away in range(hosts + 1)
            if (hosts - away) * MILLION < threshold * hosts
            and _OVERPROVISIONING * (hosts - away) // hosts < _WHOLE
        )
        panic_at = next(panicking, hosts + 1)
        refuses = self.fail_traffic_on_panic or not threshold
        return panic_at, min(panic_at, hosts) if refuses else hosts + 1
