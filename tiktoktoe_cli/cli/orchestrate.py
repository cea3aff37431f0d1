"""`tiktoktoe orchestrate`: run, plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.orchestration.jobs import Workshop
    from tiktoktoe_cli.orchestration.session import OrchestrationInputs
    from tiktoktoe_cli.report import Progress
    from tiktoktoe_cli.system import System

app = make_group("orchestrate")


@add_command(
    app,
    "run",
    examples=(
        "tiktoktoe orchestrate run",
        "tiktoktoe orchestrate run --report junit=out/run.xml -o json",
    ),
)
def run(desk: Desk) -> ExitCode:
    """Start every service as soon as what it depends on is healthy, do the jobs, stop everything in reverse."""
    from tiktoktoe_cli.cli.watching import OrchestrationWatcher
    from tiktoktoe_cli.orchestration import report_of
    from tiktoktoe_cli.orchestration.session import run_orchestration

    system = _load(desk)
    with desk.progress() as progress:
        facts = run_orchestration(_inputs(desk, system, progress), OrchestrationWatcher(progress))
    return desk.answer(report_of(facts), facts.exit_code)


@add_command(
    app,
    "plan",
    examples=("tiktoktoe orchestrate plan",),
)
def plan(desk: Desk) -> ExitCode:
    """Show what would be started and what each service waits for; start nothing."""
    from tiktoktoe_cli.orchestration import report_of
    from tiktoktoe_cli.orchestration.session import plan_of

    system = _load(desk)
    planned = plan_of(system.graph(), system["actions"], system["checks"], system["orchestration"])
    return desk.answer(report_of(planned))


def _load(desk: Desk) -> System:
    """Read everything, and refuse a system that does not fit together."""
    from tiktoktoe_cli.checkup import findings

    system = desk.load()
    desk.refuse(findings(system))
    return system


def _inputs(desk: Desk, system: System, progress: Progress) -> OrchestrationInputs:
    from datetime import UTC, datetime

    from tiktoktoe_cli.orchestration.jobs import make_jobs
    from tiktoktoe_cli.orchestration.session import OrchestrationInputs

    settings = system["orchestration"]
    return OrchestrationInputs(
        graph=system.graph(),
        checks=system["checks"],
        actions=system["actions"],
        settings=settings,
        jobs=make_jobs(settings.jobs if settings else (), _workshop(system, progress)),
        environ=desk.environ,
        started_at=datetime.now(UTC),
    )


def _workshop(system: System, progress: Progress) -> Workshop:
    from tiktoktoe_cli.cli.watching import ReplayWatcher, SimulationWatcher
    from tiktoktoe_cli.orchestration.jobs import Workshop
    from tiktoktoe_cli.simulation import simulated_services

    return Workshop(
        pipelines=system["pipelines"],
        simulations=system["simulations"],
        services=simulated_services(system.graph(), system["performance"]),
        policies=system["policies"],
        place=system.value_place,
        replay_observer=lambda name: ReplayWatcher(progress, f"replay {name}"),
        simulation_observer=lambda name: SimulationWatcher(progress, f"simulate {name}"),
    )
