"""What can be wrong with a scenario before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.spelling import suggestion
from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.simulation.model import call_cycle, reachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.resilience.settings import PolicySettings
    from tiktoktoe_cli.simulation.model import SimulatedService
    from tiktoktoe_cli.simulation.settings import SimulationSettings

    Locate = Callable[..., Place | None]


def check_scenario(
    name: str,
    settings: SimulationSettings,
    services: Mapping[str, SimulatedService],
    policies: Mapping[str, PolicySettings],
    place: Locate,
) -> tuple[Problem, ...]:
    """Return what is wrong with a scenario, each problem at its place; errors make it impossible to run.

    `place` locates a path of keys in the user's files.
    """
    unknown = (
        *_unknown_traffic(name, settings, services, place),
        *_unknown_callees(settings, services, place),
        *_unknown_policies(name, settings, services, policies, place),
        *_cycles(settings, services, place),
    )
    return (*unknown, *_faults(name, settings, services, place), *_timeless(settings, services, place))


def _unknown_traffic(
    name: str, settings: SimulationSettings, services: Mapping[str, SimulatedService], place: Locate
) -> Iterator[Problem]:
    for entry in settings.traffic:
        if entry not in services:
            where = place("simulations", name, "traffic", entry)
            yield _unknown_name("services", entry, services, where)


def _unknown_callees(
    settings: SimulationSettings, services: Mapping[str, SimulatedService], place: Locate
) -> Iterator[Problem]:
    for service in reachable(services, settings.traffic).values():
        for call in service.calls:
            if call.target not in services:
                where = place("services", service.name, "depends_on", call.target)
                yield _unknown_name("services", call.target, services, where)


def _unknown_policies(
    name: str,
    settings: SimulationSettings,
    services: Mapping[str, SimulatedService],
    policies: Mapping[str, PolicySettings],
    place: Locate,
) -> Iterator[Problem]:
    if settings.policy is not None and settings.policy not in policies:
        yield _unknown_name("resilience", settings.policy, policies, place("simulations", name, "policy"))
    for service in reachable(services, settings.traffic).values():
        for call in service.calls:
            if call.policy is not None and call.policy not in policies:
                where = place("services", service.name, "depends_on", call.target, "policy")
                yield _unknown_name("resilience", call.policy, policies, where)


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
    for position, fault in enumerate(settings.faults):
        where = ("simulations", name, "faults", position)
        if fault.on not in services:
            yield _unknown_name("services", fault.on, services, place(*where, "on"))
        elif fault.on not in reached:
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


def _unknown_name(section: str, name: str, known: Mapping[str, object], where: Place | None) -> Problem:
    return Problem("unknown-name", f"`{section}` has no `{name}`", where, suggestion(name, known))
