"""What can be wrong with a scenario before it runs."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.resilience.settings import policy_of
from tiktoktoe_cli.simulation.model import call_cycle, reachable
from tiktoktoe_cli.words import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.errors import Locate
    from tiktoktoe_cli.resilience.settings import PolicySettings
    from tiktoktoe_cli.simulation.model import SimulatedService
    from tiktoktoe_cli.simulation.settings import SimulationSettings


_NO_POLICIES: Final[Mapping[str, PolicySettings]] = MappingProxyType({})


def check_scenario(
    name: str,
    settings: SimulationSettings,
    services: Mapping[str, SimulatedService],
    place: Locate,
    policies: Mapping[str, PolicySettings] = _NO_POLICIES,
) -> tuple[Problem, ...]:
    """Return what is wrong with a scenario, each problem at its place; errors make it impossible to run.

    `place` locates a path of keys in the user's files. The names that a scenario uses were checked when it was read.
    Without `policies` nothing is said about them.
    """
    return (
        *_cycles(settings, services, place),
        *_faults(name, settings, services, place),
        *_timeless(settings, services, place),
        *_assumed(settings, services, policies, place),
    )


def undefined_calls(
    settings: SimulationSettings, services: Mapping[str, SimulatedService], place: Locate
) -> tuple[Problem, ...]:
    """Return the calls that nobody answers: a simulation looks for them, a check of the whole graph has a rule."""
    return tuple(
        Problem(
            "unknown-name",
            f"`services` has no `{call.target}`",
            place("services", service.name, "depends_on", call.target),
            suggestion(call.target, services),
        )
        for service in reachable(services, settings.traffic).values()
        for call in service.calls
        if call.target not in services
    )


def _cycles(
    settings: SimulationSettings, services: Mapping[str, SimulatedService], place: Locate
) -> Iterator[Problem]:
    cycle = call_cycle(services, settings.traffic)
    if cycle:
        message = f"these services call each other without end: {' → '.join(cycle)}"
        hint = "mark one of these dependencies `kind: soft` or `required: false`"
        yield Problem("call-cycle", message, place("services", cycle[0], "depends_on", cycle[1]), hint)


def _faults(
    name: str, settings: SimulationSettings, services: Mapping[str, SimulatedService], place: Locate
) -> Iterator[Problem]:
    reached = reachable(services, settings.traffic)
    is_whole = all(call.target in services for service in reached.values() for call in service.calls)
    for position, fault in enumerate(settings.faults):
        where = ("simulations", name, "faults", position)
        if is_whole and fault.on not in reached:  # else the name that leads nowhere may be the one meant
            message = f"no request reaches `{fault.on}`, so its fault changes nothing"
            yield Problem("fault-unreached", message, place(*where, "on"), severity=Severity.WARNING)
        if fault.at >= settings.duration:
            message = f"the scenario is over after {settings.duration}, before this fault begins"
            yield Problem("fault-too-late", message, place(*where, "at"), "lengthen `duration`")


def _timeless(
    settings: SimulationSettings, services: Mapping[str, SimulatedService], place: Locate
) -> Iterator[Problem]:
    for service in reachable(services, settings.traffic).values():
        if service.performance is None:
            message = f"`{service.name}` has no `performance`: it is simulated as if it answered at once"
            hint = "add `performance: {service_time: {lognormal: {p50: 20ms, p99: 150ms}}}`"
            where = place("services", service.name)
            yield Problem("no-performance", message, where, hint, Severity.WARNING)


def _assumed(
    settings: SimulationSettings,
    services: Mapping[str, SimulatedService],
    policies: Mapping[str, PolicySettings],
    place: Locate,
) -> Iterator[Problem]:
    """Look for fallbacks to another request: calls between services are simulated, requests are not."""
    calls = (call for service in reachable(services, settings.traffic).values() for call in service.calls)
    for name in dict.fromkeys(policy_of(call.policy or settings.policy, policies) for call in calls):
        for position, layer in enumerate(policies.get(name, ()) if name else ()):
            if layer.kind == "fallback" and layer.chosen.request is not None:
                message = (
                    f"the fallback to `{layer.chosen.request}` is simulated as if it always answered at once"
                )
                hint = "where that request takes time or fails, the real system does worse"
                where = place("resilience", str(name), position, "fallback", "request")
                yield Problem("fallback-assumed", message, where, hint, Severity.WARNING)
