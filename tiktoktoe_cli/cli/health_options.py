"""What the commands of `health` share: the options that choose services, the inputs that follow, and one round."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import check_names
from tiktoktoe_cli.report.catalog import ReportKind

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.errors import ExitCode, Place
    from tiktoktoe_cli.health.choice import Choice
    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.system import System

app = make_group("health")

OWN_REPORTS: Final = frozenset({ReportKind.HTML, ReportKind.NAGIOS, ReportKind.HEALTH_JSON})
"""The special kinds of `--report` that health draws."""

Services: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SERVICE[/CHECK] ...]",
        help="Only these services or checks; all without.",
        autocompletion=check_names,
    ),
]
WithDependencies: TypeAlias = Annotated[
    bool, typer.Option("--with-dependencies", help="Also what the chosen services need, to find the cause.")
]
Concurrency: TypeAlias = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="How many checks at the same time, whatever the YAML says."),
]


def health_inputs(desk: Desk, choice: Choice, concurrency: int | None = None) -> HealthInputs:
    """Read the configuration, and choose what is to be checked.

    Raises:
        ConfigError: if it is wrong.
        UsageError: if there is no such service, check, tag or group, or none that fits all that was asked for.
    """
    from tiktoktoe_cli.health.choice import choose
    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.health.settings import HealthSettings

    system = desk.load("services", "checks", "health")
    graph = system.graph()
    settings = system["health"] or HealthSettings()
    if concurrency is not None:
        settings = settings.model_copy(update={"concurrency": concurrency})
    checks = choose(choice, graph, system["checks"])
    return HealthInputs(checks, graph, desk.environ, settings, system.name, place=partial(_place, system))


def _place(system: System, service: str, check: str) -> Place | None:
    """Find where a check is written."""
    names = [one.name for one in system["checks"][service]]
    return system.place("services", service, "health", names.index(check))


def run_checks(desk: Desk, inputs: HealthInputs) -> tuple[HealthFacts, ExitCode | None]:
    """Make all checks; if that was broken off, there is an exit code that says by what."""
    from tiktoktoe_cli.cli.health_watchers import HealthWatcher
    from tiktoktoe_cli.health.workers import check_all

    with desk.progress() as progress, desk.stop_flag(progress) as should_stop:
        watcher = HealthWatcher(progress, inputs.size, rows=desk.terminal.is_animated)
        facts = check_all(inputs, watcher, should_stop)
    return facts, should_stop.exit_code if facts.is_partial else None
