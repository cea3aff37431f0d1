"""What the policies of a system's calls will hardly be meant to do together, with the arithmetic; pure."""

from __future__ import annotations

from dataclasses import replace
from graphlib import TopologicalSorter
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from tiktoktoe_cli.config.units import NS_PER_S, Duration, Rate
from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.resilience.lint import Layers
from tiktoktoe_cli.resilience.settings import policy_of
from tiktoktoe_cli.resilience.trials import failures_to_open
from tiktoktoe_cli.simulation.model import call_cycle, visits_per_request
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.errors import Locate
    from tiktoktoe_cli.resilience.settings import PolicySettings
    from tiktoktoe_cli.simulation.model import SimulatedService
    from tiktoktoe_cli.simulation.settings import SimulationSettings

_MOST_ATTEMPTS: Final = 10
"""More attempts than this for one request are a retry storm."""


class _Hop(NamedTuple):
    """A call from one service to another under a policy."""

    source: str
    target: str
    layers: Layers

    @property
    def factor(self) -> int:
        """By how much calls multiply while all of them fail; a retry with a budget soon makes no more tries."""
        retry = self.layers.first("retry")
        if retry is None or retry[1].budget is None:
            return self.layers.attempts
        return self.layers.attempts // int(retry[1].max_attempts)


def lint_calls(
    services: Mapping[str, SimulatedService],
    policies: Mapping[str, PolicySettings],
    scenarios: Mapping[str, SimulationSettings],
    place: Locate,
) -> Iterator[Problem]:
    """Yield what is doubtful about calls that follow each other, and what only the policy of a scenario makes so.

    Without effect where calls form a cycle.
    """
    if call_cycle(services, services):
        return
    everywhere = list(_lint_hops(_hops(services, policies, None), place))
    yield from everywhere
    for name, scenario in scenarios.items():
        for problem in _lint_hops(_hops(services, policies, scenario.policy), place):
            if problem not in everywhere:
                yield replace(problem, message=f"in `{name}`, {problem.message}")


def _lint_hops(hops: Mapping[str, list[_Hop]], place: Locate) -> Iterator[Problem]:
    yield from _storms(hops, place)
    for callers in hops.values():
        for hop in callers:
            yield from _outlasted(hop, hops, place)


def lint_rates(
    name: str,
    settings: SimulationSettings,
    services: Mapping[str, SimulatedService],
    policies: Mapping[str, PolicySettings],
    place: Locate,
) -> Iterator[Problem]:
    """Yield the breakers that would never open at the rate of calls that a scenario declares."""
    if call_cycle(services, settings.traffic):
        return
    for source, rate in _rates(settings, services).items():
        for call in services[source].calls:
            policy = policy_of(call.policy or settings.policy, policies)
            breaker = Layers(policies[policy]).first("circuit_breaker") if policy else None
            needed = failures_to_open(breaker[1]) if breaker else None
            if breaker is None or needed is None or failures_to_open(breaker[1], round(NS_PER_S / rate)):
                continue
            message = (
                f"at the {Rate(rate)} of `{name}`, the circuit from `{source}` to `{call.target}` never opens, "
                f"though every call fails: it wants {plural(needed, 'failure')} within its window"
            )
            where = place("resilience", str(policy), breaker[0], "circuit_breaker")
            hint = "lower `minimum_calls`, or take a longer window or one of calls"
            yield Problem("minimum-unreachable", message, where, hint, Severity.WARNING)


def _hops(
    services: Mapping[str, SimulatedService], policies: Mapping[str, PolicySettings], otherwise: str | None
) -> dict[str, list[_Hop]]:
    """Take the calls of each service; `otherwise` is the policy of those that name none."""

    def layers(named: str | None) -> Layers:
        policy = policy_of(named or otherwise, policies)
        return Layers(policies[policy] if policy else ())

    return {
        name: [
            _Hop(name, call.target, layers(call.policy)) for call in service.calls if call.target in services
        ]
        for name, service in services.items()
    }


def _storms(hops: Mapping[str, list[_Hop]], place: Locate) -> Iterator[Problem]:
    """Look for paths that multiply attempts; each is told at the call where the multiplying begins."""
    worst = _worst_calls(hops)
    retried = {hop.target for callers in hops.values() for hop in callers if hop.factor > 1}
    for name, (attempts, _) in worst.items():
        if name in retried or attempts <= _MOST_ATTEMPTS:
            continue
        path = _path(name, worst)
        if path[0].factor == 1:
            continue
        way = " → ".join([name, *(hop.target for hop in path)])
        factors = " x ".join(str(hop.factor) for hop in path)
        message = f"one request may become {attempts} attempts along {way}: {factors}"
        where = place("services", name, "depends_on", path[0].target)
        hint = "retry at one place of a path, or give the retries a `budget`"
        yield Problem("retry-storm", message, where, hint, Severity.WARNING)


def _worst_calls(hops: Mapping[str, list[_Hop]]) -> dict[str, tuple[int, _Hop | None]]:
    """Return for each service the attempts that one request to it may become, and the call where most of them are."""
    worst: dict[str, tuple[int, _Hop | None]] = {}
    called = {name: [hop.target for hop in callers] for name, callers in hops.items()}
    for name in TopologicalSorter(called).static_order():
        choices = ((hop.factor * worst[hop.target][0], hop) for hop in hops[name])
        attempts, hop = max(choices, key=itemgetter(0), default=(1, None))
        worst[name] = (attempts, hop if attempts > 1 else None)
    return worst


def _path(name: str, worst: Mapping[str, tuple[int, _Hop | None]]) -> list[_Hop]:
    """Follow the calls that multiply from a service on."""
    path: list[_Hop] = []
    hop = worst[name][1]
    while hop:
        path.append(hop)
        hop = worst[hop.target][1]
    return path


def _outlasted(hop: _Hop, hops: Mapping[str, list[_Hop]], place: Locate) -> Iterator[Problem]:
    """Look for calls that go on after the caller of their caller gave up."""
    limit_ns = hop.layers.limit_ns
    for inner in hops[hop.target]:
        longest_ns = inner.layers.longest_ns
        if limit_ns is not None and longest_ns is not None and longest_ns > limit_ns:
            message = (
                f"`{inner.source}` may try `{inner.target}` for {Duration(longest_ns)}, "
                f"but `{hop.source}` gives `{hop.target}` up after {Duration(limit_ns)}"
            )
            where = place("services", inner.source, "depends_on", inner.target)
            hint = "give the inner call less time than the outer one"
            yield Problem("outlasts-caller", message, where, hint, Severity.WARNING)


def _rates(settings: SimulationSettings, services: Mapping[str, SimulatedService]) -> dict[str, float]:
    """Add up how often each service is called per second when nothing fails."""
    rates: dict[str, float] = {}
    for entry, traffic in settings.traffic.items():
        for name, visits in visits_per_request(services, entry).items():
            rates[name] = rates.get(name, 0) + visits * traffic.chosen
    return rates
