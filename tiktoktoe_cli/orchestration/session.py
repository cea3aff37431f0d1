"""A whole run from its inputs to its facts: what the front desk calls."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.graph.abilities import abilities_of
from tiktoktoe_cli.health import Effects
from tiktoktoe_cli.health.probes import open_probes
from tiktoktoe_cli.orchestration.coordinator import Coordinator
from tiktoktoe_cli.orchestration.effects import SilentObserver, Surroundings
from tiktoktoe_cli.orchestration.facts import facts_of
from tiktoktoe_cli.orchestration.gate import CheckGate
from tiktoktoe_cli.orchestration.launcher import ChildLauncher, check_commands
from tiktoktoe_cli.orchestration.plan import make_plan
from tiktoktoe_cli.orchestration.preflight import check_ports
from tiktoktoe_cli.orchestration.runner import Runner
from tiktoktoe_cli.orchestration.settings import OrchestrationSettings
from tiktoktoe_cli.orchestration.signals import signals_to
from tiktoktoe_cli.processes import Guard
from tiktoktoe_cli.resilience import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.orchestration.effects import Job, OrchestrationObserver
    from tiktoktoe_cli.orchestration.facts import OrchestrationFacts
    from tiktoktoe_cli.orchestration.plan import Plan
    from tiktoktoe_cli.orchestration.settings import ActionsSettings
    from tiktoktoe_cli.resilience import WallClock


@dataclass(frozen=True, slots=True)
class OrchestrationInputs:
    """What a run is about: a validated graph, what each service's checks and actions are, and the jobs to do.

    `settings` is None if there is no such section; `environ` is what the services inherit; `started_at` is now,
    with its time zone.
    """

    graph: Graph
    checks: Mapping[str, Sequence[CheckSettings]]
    actions: Mapping[str, ActionsSettings]
    settings: OrchestrationSettings | None
    jobs: tuple[Job, ...]
    environ: Mapping[str, str]
    started_at: datetime
    clock: WallClock = field(default_factory=SystemClock)


def plan_of(
    graph: Graph,
    actions: Mapping[str, ActionsSettings],
    checks: Mapping[str, Sequence[CheckSettings]],
    settings: OrchestrationSettings | None,
) -> Plan:
    """Plan a run; without settings with their defaults.

    Raises:
        UsageError: if the start edges form a cycle.
    """
    sections: dict[str, Mapping[str, Any]] = {"actions": actions, "health": checks}  # settings of either kind

    def says(name: str, section: str, *keys: str) -> bool:
        return bool(reduce(getattr, keys, sections[section].get(name)))

    abilities = abilities_of({**checks, **actions}, says)
    return make_plan(graph, abilities, settings or OrchestrationSettings())


def run_orchestration(
    inputs: OrchestrationInputs, observer: OrchestrationObserver | None = None
) -> OrchestrationFacts:
    """Start everything, do the jobs, stop everything; nothing is left running, however it ends.

    A first SIGINT, SIGTERM or SIGHUP ends the run in order, a second one by force; the facts tell how far it came.
    After that these signals stay ignored: what is left to do is to answer.

    Raises:
        UsageError: before anything is started, if a program or folder is missing or there is no order to start in.
        UnfinishedError: before anything is started, if a port is taken.
    """
    plan = plan_of(inputs.graph, inputs.actions, inputs.checks, inputs.settings)
    check_commands({name: inputs.actions[name] for name in plan.started}, inputs.environ)
    for job in inputs.jobs:
        job.check()
    try:
        return asyncio.run(_run(plan, inputs, observer or SilentObserver()))
    except BaseExceptionGroup as group:
        raise _first(group) from None


def _first(group: BaseExceptionGroup) -> BaseException:
    """Return what a task of the run raised first: it ended the others."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _run(
    plan: Plan, inputs: OrchestrationInputs, observer: OrchestrationObserver
) -> OrchestrationFacts:
    await check_ports(inputs.checks, plan.started, inputs.clock)
    coordinator = Coordinator(plan, jobs=len(inputs.jobs), concurrency=plan.settings.concurrency)
    async with AsyncExitStack() as stack:
        probe = await stack.enter_async_context(open_probes(inputs.clock, inputs.environ))
        guard = Guard.start()
        stack.callback(guard.close)
        surroundings = Surroundings(
            launcher=ChildLauncher(inputs.actions, inputs.environ, plan.settings.output, guard),
            gate=CheckGate(inputs.checks, Effects(probe, inputs.clock)),
            jobs=inputs.jobs,
            clock=inputs.clock,
            observer=observer,
        )
        runner = Runner(coordinator, surroundings)
        began = (inputs.started_at, inputs.clock.now())
        with signals_to(runner.ask_to_stop):
            await runner.run()
    places = {name: inputs.graph.place_of(service) for name, service in inputs.graph.services.items()}
    return facts_of(coordinator, inputs.jobs, began, places)
