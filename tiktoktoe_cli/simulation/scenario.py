"""A scenario: its replications one after the other, and what they show together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import ConfigError, Severity
from tiktoktoe_cli.simulation.assertions import judge
from tiktoktoe_cli.simulation.checks import check_scenario, undefined_calls
from tiktoktoe_cli.simulation.engine import Limits
from tiktoktoe_cli.simulation.estimates import estimate
from tiktoktoe_cli.simulation.facts import SimulationFacts
from tiktoktoe_cli.simulation.measures import MEASURES
from tiktoktoe_cli.simulation.observer import SilentObserver
from tiktoktoe_cli.simulation.replication import Plan, replicate
from tiktoktoe_cli.simulation.summing_up import call_facts, failure_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.resilience.settings import PolicySettings
    from tiktoktoe_cli.simulation.facts import Replication
    from tiktoktoe_cli.simulation.model import SimulatedService
    from tiktoktoe_cli.simulation.observer import SimulationObserver
    from tiktoktoe_cli.simulation.settings import SimulationSettings

INTERRUPTED = "it was interrupted"


def run_scenario(  # noqa: PLR0913  # a scenario, its system, and how to watch and end it
    name: str,
    settings: SimulationSettings,
    services: Mapping[str, SimulatedService],
    policies: Mapping[str, PolicySettings],
    *,
    should_stop: Callable[[], bool] = lambda: False,
    observer: SimulationObserver | None = None,
    limits: Limits | None = None,
) -> SimulationFacts:
    """Simulate a scenario; the same arguments always give the same facts.

    `should_stop` is asked every few thousand events; a run that is stopped, or grows beyond `limits`, keeps
    what it has and says so.

    Raises:
        ConfigError: if `undefined_calls` or `check_scenario` find errors.
    """
    _refuse_to_guess(name, settings, services)
    plan = Plan.of(settings, services, policies, limits or Limits())
    return _facts(name, settings, _replications(name, plan, should_stop, observer or SilentObserver()))


def _refuse_to_guess(
    name: str, settings: SimulationSettings, services: Mapping[str, SimulatedService]
) -> None:
    """Look once more: settings need not come from a file that was checked, and a cycle would never end."""

    def nowhere(*_path: str | int) -> None:
        """Know no places."""

    found = (
        *undefined_calls(settings, services, nowhere),
        *check_scenario(name, settings, services, nowhere),
    )
    errors = tuple(problem for problem in found if problem.severity is Severity.ERROR)
    if errors:
        raise ConfigError(errors)


def _replications(
    name: str, plan: Plan, should_stop: Callable[[], bool], observer: SimulationObserver
) -> tuple[Replication, ...]:
    done: list[Replication] = []
    observer.started(name, plan.settings.replications)
    for number in range(1, plan.settings.replications + 1):

        def poll(now_ns: int, number: int = number) -> str | None:
            observer.advanced(number, min(1.0, now_ns / plan.settings.duration))
            return INTERRUPTED if should_stop() else None

        done.append(replicate(plan, number, poll))
        observer.finished(number)
        if done[-1].stopped:
            break
    return tuple(done)


def _facts(name: str, settings: SimulationSettings, runs: tuple[Replication, ...]) -> SimulationFacts:
    stopped = runs[-1].stopped
    taken = {
        measure: estimate(rule.take(run, settings.faults) for run in runs)
        for measure, rule in MEASURES.items()
    }
    measures = {measure: found for measure, found in taken.items() if found}
    return SimulationFacts(
        scenario=name,
        seed=settings.seed,
        duration_ns=settings.duration,
        replications=runs,
        measures=measures,
        failures=failure_facts(runs),
        calls=call_facts(runs),
        assertions=judge(settings.assertions, measures, len(runs), stopped),
        stopped=stopped,
    )
